// How long a request's end stops the process: `node pauses.mjs <trace> <spans>`, one JSON document
// on stdout. The pause is the root's `end()`: judging, writing, redacting, queueing. It is the lesser
// of wall time and the process's CPU time: both hold the thread's own work, the wall time also that of
// other programs on a busy machine, the CPU time also that of the collector's threads.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { SpandrelProcessor } from '@spandrel/processor';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { median } from '../statistics.mjs';
import { startClock, tell } from './cpu.mjs';
import { CountingExporter } from './exporter.mjs';
import {
  queryName,
  queryScope,
  querySpan,
  requestScope,
  requestSpan,
  statementTexts,
} from './queries.mjs';

const [shapeName, givenSpans] = process.argv.slice(2);
const spanCount = Number(givenSpans);
/** Enough spans in all to be warm, enough repeats to see a long one. */
const warmRepeats = Math.max(5, Math.ceil(60_000 / spanCount));
const repeats = Math.max(15, Math.ceil(20_000 / spanCount));

const texts = statementTexts(50);
const exporter = new CountingExporter();
let findings = 0;
const processor = new SpandrelProcessor({
  exporter,
  onFinding: () => findings++,
  // Nothing else runs here, and all of it is to be measured.
  maxOverheadPercent: 100,
});
const provider = new TracerProvider({ spanProcessors: [processor] });
const requests = provider.getTracer(requestScope);
const queries = provider.getTracer(queryScope);
const steps = provider.getTracer('bench');

const traces = {
  /** Fifty shapes by turns under the root, each repeated. */
  mixed(context) {
    for (let i = 1; i < spanCount; i++) runQuery(texts[i % texts.length], context);
  },
  /** One shape only: every query is in one group. */
  'one-shape'(context) {
    for (let i = 1; i < spanCount; i++) runQuery(texts[0], context);
  },
  /** A chain of up to a hundred steps, queries of fifty shapes spread over all its levels. */
  nested(context) {
    const depth = Math.min(100, spanCount >> 1);
    const chain = [];
    const contexts = [context];
    for (let level = 0; level < depth; level++) {
      const step = steps.startSpan(`step ${level}`, {}, contexts.at(-1));
      chain.push(step);
      contexts.push(trace.setSpan(contexts.at(-1), step));
    }
    for (let i = 1; i < spanCount - depth; i++) {
      runQuery(texts[i % texts.length], contexts[1 + (i % depth)]);
    }
    for (const step of chain.reverse()) step.end();
  },
};

function runQuery(text, context) {
  queries.startSpan(queryName, querySpan(text), context).end();
}

/** One request: what its end took. */
function pauseOfOne() {
  const root = requests.startSpan('GET /all', requestSpan('/all'), ROOT_CONTEXT);
  traces[shapeName](trace.setSpan(ROOT_CONTEXT, root));
  const readClock = startClock();
  root.end();
  const { cpuMs, wallMs } = readClock();
  return { ownMs: Math.min(cpuMs, wallMs), wallMs };
}

async function pausesOf(count) {
  const pauses = [];
  for (let i = 0; i < count; i++) {
    pauses.push(pauseOfOne());
    await processor.forceFlush();
    await nextTurn();
  }
  return pauses;
}

const [first] = await pausesOf(warmRepeats);
const readClock = startClock();
const pauses = await pausesOf(repeats);
const clock = readClock();
await provider.shutdown();
const expected = (warmRepeats + repeats) * spanCount;
if (exporter.spans !== expected) throw new Error(`${exporter.spans} of ${expected} exported`);

const own = pauses.map(({ ownMs }) => ownMs);
tell({
  ...clock,
  firstMs: first.ownMs,
  middleMs: median(own),
  longestMs: Math.max(...own),
  longestWallMs: Math.max(...pauses.map(({ wallMs: ms }) => ms)),
  findingsPerTrace: findings / (warmRepeats + repeats),
});
