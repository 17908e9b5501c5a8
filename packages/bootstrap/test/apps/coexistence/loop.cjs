// Makes one trace with a loop, and prints what we know of it. `LATER` is loaded first, after the preload.
if (process.env.LATER !== undefined) require(process.env.LATER);
const { SpanKind, trace } = require('@opentelemetry/api');
const { start } = require('../../../dist/cjs/index.js');

const tracer = trace.getTracer('app');
tracer.startActiveSpan('job', (root) => {
  for (let i = 0; i < 6; i++) {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.query.text': 'SELECT a FROM t WHERE id = $1',
    };
    tracer.startSpan?.('query', { kind: SpanKind.CLIENT, attributes }).end();
  }
  root.end();
});
const spandrel = start();
console.log(`ours: ${spandrel.isRunning ? spandrel.report().problems.length : 'off'}`);
