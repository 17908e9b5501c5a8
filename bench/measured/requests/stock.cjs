// OpenTelemetry as its own pages have people start it, from the tree named in BENCH_PEERS.
const { createRequire } = require('node:module');

const peers = createRequire(process.env.BENCH_PEERS);
const { NodeSDK } = peers('@opentelemetry/sdk-node');
const { HttpInstrumentation } = peers('@opentelemetry/instrumentation-http');
const { PgInstrumentation } = peers('@opentelemetry/instrumentation-pg');
const { OTLPTraceExporter } = peers('@opentelemetry/exporter-trace-otlp-proto');

new NodeSDK({
  traceExporter: new OTLPTraceExporter(),
  instrumentations: [
    new HttpInstrumentation(),
    new PgInstrumentation({ ignoreConnectSpans: process.env.BENCH_CONNECT_SPANS === 'off' }),
  ],
}).start();
