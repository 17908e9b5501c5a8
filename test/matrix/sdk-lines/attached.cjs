// Makes a loop and prints what their exporter got.
const { createRequire } = require('node:module');

const { trace, SpanKind } = createRequire(`${process.env.PEER}/`)('@opentelemetry/api');
const tracer = trace.getTracer('shop');
tracer.startActiveSpan('job', (root) => {
  for (let i = 0; i < 6; i++) {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.query.text': 'SELECT a FROM t WHERE id = $1',
    };
    tracer.startSpan('query', { kind: SpanKind.CLIENT, attributes }).end();
  }
  root.end();
});
globalThis.sdk.shutdown().then(() => {
  const found = globalThis.exported
    .filter(({ attributes }) => attributes['spandrel.found.n_plus_one_query'] === true)
    .map(({ name }) => name);
  process.stdout.write(JSON.stringify({ spans: globalThis.exported.length, found }));
});
