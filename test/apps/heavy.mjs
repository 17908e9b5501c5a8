// Spans that are dear to judge and nothing else, for as long as it is told; says how it is whenever asked.
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { start } from '@spandrel/bootstrap';

const tracer = trace.getTracer('heavy');
const spandrel = start();
let isHeavy = true;
let traces = 0;

/** Three hundred statements of sixty shapes that no trace had before, each five times. */
function oneTrace() {
  const attributes = { 'http.request.method': 'GET', 'http.route': '/heavy' };
  const root = tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
  const context = trace.setSpan(ROOT_CONTEXT, root);
  for (let n = 0; n < 300; n++) {
    const text = `SELECT a${traces}, b FROM t${n % 60} JOIN u USING (id) WHERE token = 'hunter${n}'`;
    const query = { 'db.system.name': 'postgresql', 'db.query.text': text };
    tracer.startSpan('SELECT', { kind: SpanKind.CLIENT, attributes: query }, context).end();
  }
  root.end();
  traces++;
}

setInterval(() => {
  const untilMs = performance.now() + 40;
  while (isHeavy && performance.now() < untilMs) oneTrace();
}, 50);

process.on('message', async (what) => {
  if (what === 'rest') isHeavy = false;
  if (what === 'end') {
    await spandrel.shutdown();
    process.send({ traces, health: spandrel.health() });
    return process.exit();
  }
  process.send({ traces, health: spandrel.health() });
});
process.send({ isRunning: spandrel.isRunning });
