// Uses every signal once and tells, over IPC, what it saw of the SDK that is registered.
const { start } = require('../../dist/cjs/index.js');
const {
  context,
  diag,
  logs,
  metrics,
  propagation,
  ROOT_CONTEXT,
  trace,
} = require('@opentelemetry/api');

const tracer = trace.getTracer('app');
const long = 'x'.repeat(3000);
const many = (count, value) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]));

/** Fixed trace ids, so that samplers by ratio decide alike. */
const traceIds = Array.from({ length: 16 }, (_, index) => index.toString(16).repeat(32));

function sampled(traceId, traceFlags) {
  if (/^0+$/.test(traceId)) return null;
  const parent = { traceId, spanId: 'b'.repeat(16), traceFlags, isRemote: true };
  const span = tracer.startSpan('child', {}, trace.setSpanContext(ROOT_CONTEXT, parent));
  span.end();
  return span.spanContext().traceFlags;
}

function limits() {
  const link = {
    context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
    attributes: many(140, 1),
  };
  const links = Array.from({ length: 140 }, () => link);
  const span = tracer.startSpan('full', { attributes: many(140, long), links }, around());
  for (let i = 0; i < 140; i++) span.addEvent('event', many(140, 1));
  span.end();
  const sizeOf = (attributes) => Object.keys(attributes ?? {}).length;
  return [
    sizeOf(span.attributes),
    span.attributes?.k0?.length,
    span.links?.length,
    sizeOf(span.links?.[0]?.attributes),
    span.events?.length,
    sizeOf(span.events?.[0]?.attributes),
  ];
}

async function resourceOf(span) {
  await span.resource?.waitForAsyncAttributes?.();
  const attributes = { ...span.resource?.attributes };
  for (const name of ['process.pid', 'service.instance.id']) {
    if (name in attributes) attributes[name] = typeof attributes[name];
  }
  // How we were started differs between the roads, and nothing else of the command line.
  delete attributes['process.command_args'];
  return attributes;
}

function propagated(span) {
  const carrier = {};
  const bag = propagation.createBaggage({ a: { value: 'b' } });
  const around = propagation.setBaggage(trace.setSpan(context.active(), span), bag);
  propagation.inject(around, carrier);
  return { fields: propagation.fields(), carried: Object.keys(carrier).sort() };
}

/** Which levels come through. */
function said() {
  const through = [];
  const levels = ['error', 'warn', 'info', 'debug', 'verbose'];
  const before = { ...console };
  for (const name of ['error', 'warn', 'info', 'debug', 'log', 'trace']) {
    console[name] = (...words) => through.push(words.at(-1));
  }
  for (const level of levels) diag[level](level);
  Object.assign(console, before);
  return levels.filter((level) => through.includes(level));
}

async function main() {
  const root = tracer.startSpan('root', {}, around());
  metrics.getMeter('app').createCounter('app.count').add(1);
  for (let i = 0; i < 3; i++) logs.getLogger('app').emit({ body: `record ${i}` });
  const http = require('node:http');
  const seen = {
    isRecorded: root.isRecording(),
    flags: root.spanContext().traceFlags,
    remoteSampled: traceIds.map((id) => sampled(id, 1)),
    remoteUnsampled: traceIds.map((id) => sampled(id, 0)),
    limits: limits(),
    resource: await resourceOf(root),
    said: said(),
    ...propagated(root),
    http: typeof http.get,
    instrumented: /patched|wrap/i.test(String(http.get)) || http.get.__wrapped === true,
    page: await page(),
  };
  root.end();
  await start().flush();
  process.send(seen, () => process.disconnect());
}

/** Nothing, or a parent elsewhere whose trace id is always the same. */
function around() {
  if (process.env.PARENT !== 'remote') return ROOT_CONTEXT;
  const parent = { traceId: traceIds[2], spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

/** What the page for Prometheus says, where there is one. */
async function page() {
  const { PAGE } = process.env;
  if (PAGE === undefined) return null;
  const text = await (await fetch(PAGE)).text();
  return /^app_count_total\b/m.test(text);
}

main();
