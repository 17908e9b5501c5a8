const { createRequire } = require('node:module');

const tracer = createRequire(`${process.env.PEER}/`)('dd-trace').init({ startupLogs: false });
if (process.env.WITH_PROVIDER !== undefined) new tracer.TracerProvider().register();
