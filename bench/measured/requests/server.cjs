// The application that `main.mjs` measures: node:http and a pool of pg, as people write them.
// `/one` asks one question, `/n21` a list and then one question for each of its twenty rows.
const http = require('node:http');
const pg = require('pg');

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

const list = { name: 'types', text: 'SELECT oid FROM pg_type ORDER BY oid LIMIT 20' };
const detail = (oid) => ({
  name: 'type',
  text: 'SELECT typname, typlen, typtype, typcategory FROM pg_type WHERE oid = $1',
  values: [oid],
});

async function one() {
  const { rows } = await pool.query(detail(16));
  return rows[0];
}

async function n21() {
  const { rows } = await pool.query(list);
  const types = [];
  for (const { oid } of rows) {
    const found = await pool.query(detail(oid));
    types.push(found.rows[0]);
  }
  return types;
}

const routes = { '/one': one, '/n21': n21 };

const server = http.createServer(async (request, response) => {
  const route = routes[request.url];
  const body = JSON.stringify(await route());
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
});

/** Whoever registered an OpenTelemetry SDK; undefined in the uninstrumented process. */
function provider() {
  return globalThis[Symbol.for('opentelemetry.js.api.1')]?.trace?.getDelegate();
}

let before;
let startMs;

const answers = {
  startClock() {
    before = process.cpuUsage();
    startMs = performance.now();
  },
  /** What is still queued belongs to the requests that made it. */
  async readClock() {
    await provider()?.forceFlush();
    const { user, system } = process.cpuUsage(before);
    return { cpuMs: (user + system) / 1000, wallMs: performance.now() - startMs };
  },
  flush: () => provider()?.forceFlush(),
};

process.on('message', async ({ ask }) => process.send({ answer: await answers[ask]() }));
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  process.send({ answer: { port: server.address().port, node: process.version } });
});
