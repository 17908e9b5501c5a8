// Listeners for findings that fail in both ways, and one behind them that does not.
const { start } = require('../../dist/cjs/index.js');
const { SpanKind, trace } = require('@opentelemetry/api');

const spandrel = start();
spandrel.on('finding', () => {
  throw new Error('thrown');
});
spandrel.on('finding', async () => {
  throw new Error('rejected');
});
spandrel.on('finding', ({ finding }) => console.log(finding.rule));
trace.getTracer('app').startActiveSpan('job', (root) => {
  const attributes = {
    'db.system.name': 'postgresql',
    'db.query.text': 'SELECT a FROM t WHERE id = $1',
  };
  for (let i = 0; i < 6; i++) {
    trace.getTracer('app').startSpan('query', { kind: SpanKind.CLIENT, attributes }).end();
  }
  root.end();
});
console.log(`running ${spandrel.isRunning}`);
