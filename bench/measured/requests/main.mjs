// CPU time per request: `node main.mjs <variant> <database>`, one JSON document on stdout. The
// application runs in a process of its own, alone; this one sends the requests and receives the spans.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hangUp, send } from './load.mjs';
import { startReceiver } from './receiver.mjs';

const [variant, databaseUrl] = process.argv.slice(2);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const stock = {
  preload: path('stock.cjs'),
  peers: path('../../peers/package.json'),
  spans: [3, 43],
};

/** What is preloaded, and the spans that a request of `/one` and of `/n21` makes. */
const variants = {
  none: { spans: [0, 0] },
  stock,
  'stock-deduplicated': { ...stock, peers: path('../../peers-deduplicated/package.json') },
  'stock-no-connect-spans': { ...stock, connectSpans: 'off', spans: [2, 22] },
  spandrel: {
    preload: path('../../../packages/bootstrap/dist/cjs/register.js'),
    spans: [2, 22],
  },
};

const phases = [
  { name: 'one', warmRequests: 3000, requests: 4000 },
  { name: 'n21', warmRequests: 2000, requests: 1000 },
];

const { preload, peers, connectSpans, spans } = variants[variant];
const receiver = await startReceiver();
const server = fork(path('server.cjs'), {
  execArgv: preload === undefined ? [] : ['--require', preload],
  stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  env: {
    ...process.env,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    OTEL_SERVICE_NAME: 'bench',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    ...(peers === undefined ? {} : { BENCH_PEERS: peers }),
    ...(connectSpans === undefined ? {} : { BENCH_CONNECT_SPANS: connectSpans }),
  },
});
let trouble = '';
server.stderr.on('data', (chunk) => (trouble += chunk));
const heard = () =>
  new Promise((resolve, reject) => {
    server.once('message', ({ answer }) => resolve(answer));
    server.once('exit', () => reject(new Error(`${variant} ended: ${trouble}`)));
  });
const ask = (question) => {
  server.send({ ask: question });
  return heard();
};

try {
  const { port, node } = await heard();
  const url = (name) => `http://127.0.0.1:${port}/${name}`;
  for (const { name, warmRequests } of phases) await send(url(name), warmRequests);
  await ask('flush');
  const result = { node, cpuMs: 0, wallMs: 0 };
  for (const [place, { name, requests }] of phases.entries()) {
    receiver.takeSpans();
    await ask('startClock');
    await send(url(name), requests);
    const { cpuMs, wallMs } = await ask('readClock');
    const received = receiver.takeSpans();
    result.cpuMs += cpuMs;
    result.wallMs += wallMs;
    result[name] = {
      cpuUs: (cpuMs * 1000) / requests,
      rps: (requests * 1000) / wallMs,
      received,
      expected: requests * spans[place],
    };
  }
  console.log(JSON.stringify(result));
} finally {
  hangUp();
  receiver.close();
  server.removeAllListeners('exit');
  server.disconnect();
}
