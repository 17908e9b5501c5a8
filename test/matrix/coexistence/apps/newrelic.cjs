require('node:module').createRequire(`${process.env.PEER}/`)('newrelic');
