// What judging costs per span: `node judging.mjs <trace> <spans>`, one JSON document on stdout. The
// engine alone, on plain spans that are made before the clock starts; no SDK, no export.
import { Judge, resolveEngineOptions, SpanKind } from '@spandrel/engine';
import { startClock, tell } from './cpu.mjs';
import { statementTexts } from './queries.mjs';

const [traceName, givenSpans] = process.argv.slice(2);
const spanCount = Number(givenSpans);
const measuredSpans = 400_000;
const warmSpans = 200_000;
const dayMs = 1_790_000_000_000;
const texts = statementTexts(200);

const kinds = {
  /** Fifty shapes by turns under the root. */
  mixed: (n) => query(n, texts[n % 50]),
  /** One shape with parameters that all differ: one group, whatever its size. */
  'one-shape': (n) =>
    query(n, texts[0], { 'spandrel.db.parameters_hash': n.toString(16).padStart(16, '0') }),
  /** One shape with the same parameters. */
  same: (n) => query(n, texts[0], { 'spandrel.db.parameters_hash': '0123456789abcdef' }),
  /** A chain of a hundred steps, queries on all its levels. */
  nested: (n) =>
    n % 100 === 0
      ? span(n, { name: `step ${n % 1000}`, parentSpanId: n === 100 ? 'root' : `s${n - 100}` })
      : { ...query(n, texts[n % 50]), parentSpanId: n < 100 ? 'root' : `s${n - (n % 100)}` },
  /** Calls of one URL, one after another. */
  http: (n) =>
    span(n, {
      name: 'GET',
      kind: SpanKind.client,
      attributes: {
        'http.request.method': 'GET',
        'server.address': 'api.example',
        'url.full': `https://api.example/users/${n}`,
        'http.response.status_code': 200,
      },
    }),
};

function span(n, words) {
  return {
    traceId: 'trace',
    spanId: `s${n}`,
    parentSpanId: 'root',
    isLocalRoot: false,
    name: 'pg.query:SELECT',
    kind: SpanKind.internal,
    startMs: dayMs + 2 * n,
    durationMs: 1.5,
    attributes: {},
    events: [],
    statusCode: 0,
    scope: '@opentelemetry/instrumentation-pg',
    ...words,
  };
}

function query(n, text, more) {
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text, ...more };
  return span(n, { kind: SpanKind.client, attributes });
}

const root = span(0, {
  spanId: 'root',
  parentSpanId: undefined,
  isLocalRoot: true,
  name: 'GET',
  kind: SpanKind.server,
  durationMs: 2 * spanCount,
  attributes: { 'http.request.method': 'GET', 'http.route': '/all' },
});
const spans = [root];
for (let n = 1; n < spanCount; n++) spans.push(kinds[traceName](n));

const judge = new Judge(resolveEngineOptions({ maxSpansPerTrace: spanCount }));
let findings = 0;
function judgeAll(count) {
  for (let done = 0; done < count; done += spanCount) {
    // A rule may remember what it saw of a trace; each one is new.
    findings += judge.judge(root, [...spans]).findings.length;
  }
}

judgeAll(warmSpans);
const readClock = startClock();
judgeAll(measuredSpans);
const clock = readClock();
tell({ ...clock, items: measuredSpans, cpuNs: (clock.cpuMs * 1e6) / measuredSpans, findings });
