// The soak's load: each kind of traffic is a function of a running number.
import { context as contextApi, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { currentRequest, setAttribute, setUser } from '@spandrel/bootstrap';
import { createCache } from '@spandrel/cache';
import { createServer, get } from 'node:http';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { cases, play } from './corpus-player.mjs';

const requests = trace.getTracer('@opentelemetry/instrumentation-http');
const queries = trace.getTracer('@opentelemetry/instrumentation-pg');
const own = trace.getTracer('soak');

function request(attributes, name = 'GET') {
  const all = { 'http.request.method': 'GET', ...attributes };
  const span = requests.startSpan(name, { kind: SpanKind.SERVER, attributes: all }, ROOT_CONTEXT);
  return { span, context: trace.setSpan(ROOT_CONTEXT, span) };
}

function query(text, context) {
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
  queries.startSpan('pg.query:SELECT', { kind: SpanKind.CLIENT, attributes }, context).end();
}

/** Letters only: what reads like a number or a token is taken out of paths. */
function wordOf(n) {
  let word = '';
  for (let rest = n; rest > 0 || word === ''; rest = Math.floor(rest / 26)) {
    word += String.fromCharCode(97 + (rest % 26));
  }
  return word;
}

/** A path, a statement and a shape that never come again. */
function distinct(n) {
  const word = wordOf(n);
  const { span, context } = request({ 'url.path': `/zone-${word}/of` }, `GET zone ${word}`);
  query(`SELECT c_${word}, name FROM t_${n % 977} WHERE id = ${n} AND kind = 'k${word}'`, context);
  span.end();
}

/** What a healthy service does. */
function usual(n) {
  const { span, context } = request({ 'http.route': `/orders/${n % 300}/:id` });
  for (let i = 0; i < 3; i++)
    query(`SELECT * FROM things_${(n + i) % 1000} WHERE id = $1`, context);
  span.end();
}

/** A problem that no trace had before. */
function newProblem(n) {
  const { span, context } = request({ 'http.route': '/lists/:id' });
  for (let i = 0; i < 6; i++) query(`SELECT p_${n} FROM lists WHERE id = $1`, context);
  span.end();
}

function known(n) {
  play(cases[n % cases.length]);
}

/** Nobody ever ends its root and one of its children, and nobody holds them. */
function neverEnds(n) {
  const { context } = request({ 'http.route': '/streams/:id' });
  query(`SELECT * FROM streams WHERE id = ${n}`, context);
  query('SELECT * FROM parts WHERE stream = $1', context);
  own.startSpan('handler', {}, context);
}

function childNeverEnds() {
  const { span, context } = request({ 'http.route': '/leaks/:id' });
  own.startSpan('handler', {}, context);
  query('SELECT * FROM leaks WHERE id = $1', context);
  span.end();
}

function endsTwice() {
  const { span, context } = request({ 'http.route': '/twice/:id' });
  const child = own.startSpan('handler', {}, context);
  for (const one of [child, child, span, span, child]) one.end();
}

export const longestStragglerMs = 15_000;

/** Children that end after their root, some of them when it is long forgotten. */
function late(n) {
  const { span, context } = request({ 'http.route': '/late/:id' });
  const child = own.startSpan('straggler', {}, context);
  span.end();
  setTimeout(() => child.end(), n % 3 === 0 ? longestStragglerMs : 50).unref();
}

function cacheOfManyNames(n) {
  const { span } = request({ 'http.route': '/caches/:id' });
  const attributes = { 'cache.name': `cache ${n % 2000}`, 'cache.key.pattern': `user:{id}:${n}` };
  for (let i = 0; i < 3; i++) span.addEvent('cache.miss', attributes);
  span.end();
}

const cache = createCache({ name: 'soak', maxEntries: 1000, maxTags: 100 });

async function cachePackage(n) {
  const { span, context } = request({ 'http.route': '/cached/:id' });
  const options = { tags: [`tag:${n % 1000}`] };
  await contextApi.with(context, () => cache.getOrCompute(`key:${n}`, () => n, options));
  if (n % 10 === 0) await cache.invalidateTag(`tag:${n % 1000}`);
  span.end();
}

/** One trace with more findings than are told. */
function manyFindings(n) {
  const { span, context } = request({ 'http.route': '/everything' });
  for (let table = 0; table < 60; table++) {
    for (let i = 0; i < 6; i++)
      query(`SELECT * FROM many_${n % 20}_${table} WHERE id = $1`, context);
  }
  span.end();
}

/** One trace with more spans than are judged. */
async function giant() {
  const { span, context } = request({ 'http.route': '/giant' });
  for (let i = 0; i < 12_000; i++) {
    query(`SELECT * FROM giants_${i % 50} WHERE id = $1`, context);
    if (i % 200 === 0) await nextTurn();
  }
  span.end();
}

/** More traces open at once, and more spans in them, than are held. */
async function crowd() {
  const open = [];
  for (let n = 0; n < 5500; n++) {
    const one = request({ 'http.route': '/crowd/:id' });
    for (let i = 0; i < 12; i++) query(`SELECT * FROM crowd_${i} WHERE id = $1`, one.context);
    open.push(one);
    if (n % 20 === 0) await nextTurn();
  }
  await wait(3000);
  for (const [n, { span }] of open.entries()) {
    span.end();
    if (n % 20 === 0) await nextTurn();
  }
}

/** Real requests, of this process to itself, each with a path of its own. */
function overHttp(n) {
  return new Promise((resolve) => {
    const options = { port: server.address().port, path: `/real-${wordOf(n)}?token=${n}` };
    get(options, (response) => response.resume().on('close', resolve)).on('error', resolve);
  });
}

const server = createServer((incoming, response) => {
  setUser({ id: incoming.url });
  setAttribute('soak.text', incoming.url.repeat(100));
  response.end(currentRequest()?.requestId ?? 'not watched');
});

/** Of so many plays of the corpus' cases, one after another. */
function leftOpen(plays) {
  const open = cases.map((spans) => spans.filter(({ isOpen }) => isOpen).length);
  const all = open.reduce((sum, count) => sum + count, 0);
  const rest = open.slice(0, plays % cases.length).reduce((sum, count) => sum + count, 0);
  return Math.floor(plays / cases.length) * all + rest;
}

/** How often a second, or every how many seconds. */
const rates = [
  { run: usual, perSecond: 100 },
  { run: newProblem, perSecond: 45 },
  { run: known, perSecond: 20 },
  { run: neverEnds, perSecond: 20 },
  { run: childNeverEnds, perSecond: 20 },
  { run: endsTwice, perSecond: 20 },
  { run: late, perSecond: 20 },
  { run: cacheOfManyNames, perSecond: 20 },
  { run: cachePackage, perSecond: 20 },
  { run: overHttp, perSecond: 20 },
  { run: manyFindings, perSecond: 0.5 },
  { run: giant, perSecond: 1 / 50 },
  { run: crowd, perSecond: 1 / 50 },
];

/**
 * All of it at once until `stop` is called, which settles when what was begun is over. `made` counts
 * by kind. `distinctPerSecond` is how fast paths and statements come that never come again.
 */
export async function startTraffic(distinctPerSecond) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kinds = [{ run: distinct, perSecond: distinctPerSecond }, ...rates];
  const made = Object.fromEntries(kinds.map(({ run }) => [run.name, 0]));
  const running = new Set();
  let lastMs = performance.now();
  let isPaused = false;
  const due = kinds.map(() => 0);
  const tick = () => {
    const nowMs = performance.now();
    const passedMs = nowMs - lastMs;
    lastMs = nowMs;
    if (isPaused) return;
    for (const [place, { run, perSecond }] of kinds.entries()) {
      due[place] += (perSecond * passedMs) / 1000;
      // A machine that was away is made up for, and not in one burst.
      const most = Math.ceil(perSecond / 4);
      for (let n = 0; n < most && due[place] >= 1; n++, due[place]--) {
        const work = run(made[run.name]++);
        if (work === undefined) continue;
        running.add(work);
        void work.then(() => running.delete(work));
      }
    }
  };
  const timer = setInterval(tick, 10);
  const settle = async () => {
    isPaused = true;
    await Promise.all(running);
  };
  return {
    made,
    /** Spans that were started for good: roots and handlers. What the corpus leaves open is among them. */
    get neverEnded() {
      return 2 * made.neverEnds + made.childNeverEnds + leftOpen(made.known);
    },
    pause: settle,
    resume: () => (isPaused = false),
    async stop() {
      clearInterval(timer);
      await settle();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
