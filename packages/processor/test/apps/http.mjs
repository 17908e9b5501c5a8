// HTTP calls in the styles people write, each request under a root span of its own. Tells the call
// sites found on the calls as one JSON line. Lines that should be found carry a mark that the test
// looks up.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { SpandrelProcessor } from '@spandrel/processor';
import diagnosticsChannel from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createRequire } from 'node:module';

const calls = [];
const exporter = {
  export(spans, done) {
    for (const { name, kind, attributes } of spans)
      if (kind === 2) calls.push({ name, attributes });
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};
const processor = new SpandrelProcessor({
  exporter,
  // A busy machine makes anything slow; this is about counts.
  slowHttpMs: 60_000,
  slowEndpointMs: 60_000,
  rootDir: import.meta.dirname,
});
const provider = new TracerProvider({ spanProcessors: [processor] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(provider);
const instrumentation = new HttpInstrumentation({ ignoreIncomingRequestHook: () => true });
instrumentation.setTracerProvider(provider);
instrumentation.enable();

// What `fetch` tells about a request, as instrumentation-undici listens to it.
const tracer = trace.getTracer('app');
const fetches = new WeakMap();
diagnosticsChannel.subscribe('undici:request:create', ({ request }) => {
  const url = new URL(request.path, request.origin);
  const attributes = { 'http.request.method': request.method, 'url.full': url.toString() };
  fetches.set(request, tracer.startSpan(request.method, { kind: 2, attributes }));
});
diagnosticsChannel.subscribe('undici:request:trailers', ({ request }) =>
  fetches.get(request)?.end(),
);

const http = createRequire(import.meta.url)('http');
const server = http.createServer((_request, response) => response.end('{}'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;
const ids = (count) => Array.from({ length: count }, (_, id) => id);

async function request(name, work) {
  const span = tracer.startSpan(name);
  await context.with(trace.setSpan(context.active(), span), work);
  span.end();
}

async function get(path) {
  const outgoing = http.get(`${address}${path}`); // mark: get
  const [response] = await once(outgoing, 'response');
  response.resume();
  await once(response, 'end');
}

async function sequential() {
  for (const id of ids(10)) await get(`/sequential/${id}?token=${id}`);
}

async function parallel() {
  await Promise.all(ids(10).map((id) => get(`/parallel/${id}`))); // mark: loop of parallel
}

async function twoPlaces() {
  for (const id of ids(40)) {
    if (id % 2 === 0) await get(`/places/${id}`);
    else await getElsewhere(`/places/${id}`);
  }
}

async function getElsewhere(path) {
  const outgoing = http.request(`${address}${path}`); // mark: elsewhere
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  await once(response, 'end');
}

async function fetched() {
  for (const id of ids(10)) {
    await (await fetch(`${address}/fetched/${id}`)).text(); // mark: fetched
  }
}

async function few() {
  for (const id of ids(2)) await get(`/few/${id}`);
}

async function different() {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await get(`/different/${name}`);
}

for (const work of [sequential, parallel, twoPlaces, fetched, few, different]) {
  await request(work.name, work);
}
server.close();
server.closeAllConnections();
await processor.shutdown();
console.log(JSON.stringify(calls));
