const { createRequire } = require('node:module');

const Sentry = createRequire(`${process.env.PEER}/`)('@sentry/node');
Sentry.init({
  dsn: 'http://key@127.0.0.1:9/1',
  tracesSampleRate: 1,
  enableOpenTelemetrySetup: process.env.WITH_PROVIDER !== undefined,
});
