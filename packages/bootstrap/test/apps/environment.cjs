// Makes a span, says what of OTEL_* it finds in its environment, and sends it all.
const { trace } = require('@opentelemetry/api');
const { start } = require('@spandrel/bootstrap');

trace.getTracer('script').startActiveSpan('job', (span) => span.end());
const variables = Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_'));
console.log(JSON.stringify(Object.fromEntries(variables)));
void start().flush();
