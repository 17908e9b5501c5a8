// An SDK of its own line, loaded before our preload. It exports to a list.
const { createRequire } = require('node:module');

const { NodeSDK } = createRequire(`${process.env.PEER}/`)('@opentelemetry/sdk-node');
globalThis.exported = [];
const traceExporter = {
  export(spans, done) {
    globalThis.exported.push(...spans);
    done({ code: 0 });
  },
  shutdown: async () => undefined,
  forceFlush: async () => undefined,
};
globalThis.sdk = new NodeSDK({ serviceName: 'theirs', traceExporter, instrumentations: [] });
globalThis.sdk.start();
