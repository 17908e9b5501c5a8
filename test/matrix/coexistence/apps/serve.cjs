// A small application: a server whose route asks six times for one row, and one request to it. All by
// http of Node.js and the peer's own copy of OpenTelemetry's API. Ends by itself, with 0 when it was served.
const http = require('node:http');
const { createRequire } = require('node:module');

const peer = createRequire(`${process.env.PEER}/`);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function main() {
  if (process.env.FIRST !== undefined) await import(`./${process.env.FIRST}`);
  const { trace, SpanKind } = peer('@opentelemetry/api');
  const server = http.createServer((request, response) => {
    const tracer = trace.getTracer('shop');
    for (let i = 0; i < 6; i++) {
      const attributes = {
        'db.system.name': 'postgresql',
        'db.query.text': 'SELECT name FROM users WHERE id = $1',
      };
      tracer.startSpan('SELECT users', { kind: SpanKind.CLIENT, attributes }).end();
    }
    response.end('done');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const status = await new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', path: '/users', agent: false });
    request.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
  });
  server.close();
  await wait(200);
  const provider = trace.getTracerProvider();
  // Where nobody listens its own exporter fails.
  await Promise.resolve((provider.getDelegate?.() ?? provider).forceFlush?.()).catch(
    () => undefined,
  );
  if (status !== 200) process.exitCode = 9;
  // Agents keep the process alive, waiting for servers that are not there.
  if (process.env.STAYS !== undefined) {
    await wait(800);
    process.kill(process.pid, 'SIGTERM');
  }
}

main();
