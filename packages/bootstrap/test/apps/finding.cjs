// Listens for findings, makes one request with a loop twice, and prints what it was told.
const { start } = require('../../dist/cjs/index.js');
const { SpanKind, trace } = require('@opentelemetry/api');

const spandrel = start();
spandrel.on('finding', ({ finding, service, isNew }) => {
  console.log(JSON.stringify({ rule: finding.rule, repeats: finding.repeats, service, isNew }));
});
const tracer = trace.getTracer('app');
for (let request = 0; request < 2; request++) {
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
}
const { endpoints } = spandrel.report().services[0];
console.log(JSON.stringify(endpoints.map(({ endpoint, calls }) => ({ endpoint, calls }))));
console.log(start() === spandrel, spandrel.statistics.endpoint('job').calls);
