// Makes one span of its own and ends by itself.
const { trace } = require('@opentelemetry/api');

trace.getTracer('script').startActiveSpan('job', (span) => {
  console.log('working');
  span.end();
});
process.exitCode = Number(process.env.EXIT_CODE ?? 0);
