// An application with an SDK of its own line and our processor in `spanProcessors`, as it is documented.
// Prints, as one line of JSON, what was found and what was exported.
const { createRequire } = require('node:module');

module.exports = require('./run.cjs')(createRequire(`${process.env.PEER}/`));
