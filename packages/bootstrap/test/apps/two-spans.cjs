// Makes two spans and a count, and says which headers carry the trace.
const { metrics, propagation, trace, context } = require('@opentelemetry/api');

metrics.getMeter('shop').createCounter('orders').add(1);
const tracer = trace.getTracer('shop');
tracer.startActiveSpan('job', (span) => {
  span.setAttribute('long', 'x'.repeat(100));
  const attributes = {
    'db.system.name': 'postgresql',
    'db.query.text': "SELECT name FROM users WHERE id = 'hush'",
  };
  tracer.startSpan('query', { kind: 2, attributes }).end();
  const carrier = {};
  propagation.inject(context.active(), carrier);
  console.log(
    JSON.stringify({ headers: Object.keys(carrier).sort(), env: process.env.OTEL_PROPAGATORS }),
  );
  span.end();
});
if (process.env.EXIT_CODE !== undefined) process.exit(Number(process.env.EXIT_CODE));
