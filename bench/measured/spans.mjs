// CPU time per span: `node spans.mjs <pipeline> <traffic> [rounds]`, one JSON document on stdout.
// A round is eight requests that run interleaved, each one server span and 21 queries.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { SpandrelProcessor } from '@spandrel/processor';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

const [pipelineName, trafficName, givenRounds] = process.argv.slice(2);
const measuredRounds = Number(givenRounds ?? 1500);
const warmRounds = 500;
const tracesPerRound = 8;
const queriesPerTrace = 21;
const spansPerRound = tracesPerRound * (queriesPerTrace + 1);

let findings = 0;
let meterProvider;
const exporter = new CountingExporter();
/** A busy machine can make any request slow; only repeats are the traffic's own. */
const onFinding = ({ finding }) => {
  if (finding.rule === 'n-plus-one-query') findings++;
};

/** Nothing else runs here: by default it would shed what is to be measured. */
const maxOverheadPercent = 100;

const pipelines = {
  'no-processor': () => [],
  judge: () => [new SpandrelProcessor({ onFinding, maxOverheadPercent })],
  'judge-and-metrics': () => {
    const reader = new PeriodicExportingMetricReader({
      exporter: new CountingMetrics(),
      exportIntervalMillis: 60_000,
    });
    meterProvider = new MeterProvider({ readers: [reader] });
    return [new SpandrelProcessor({ onFinding, maxOverheadPercent, meterProvider })];
  },
  'judge-and-export': () => [new SpandrelProcessor({ onFinding, maxOverheadPercent, exporter })],
  'batch-processor': () => [new BatchSpanProcessor({ exporter })],
};

class CountingMetrics {
  export(_metrics, done) {
    done({ code: 0 });
  }

  async forceFlush() {}

  async shutdown() {}
}

const texts = statementTexts(200);
/** Which statement a trace's query runs: all different, or one again and again. */
const traffics = {
  healthy: (traceNumber, query) => texts[(traceNumber * queriesPerTrace + query) % texts.length],
  'n-plus-one': (traceNumber) => texts[traceNumber % texts.length],
};

const spanProcessors = pipelines[pipelineName]();
const textOf = traffics[trafficName];
const provider = new TracerProvider({ spanProcessors });
const requests = provider.getTracer(requestScope);
const queries = provider.getTracer(queryScope);

/** Every other request comes from another process. */
const remoteParent = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
});
const routes = Array.from({ length: 20 }, (_, number) => `/accounts/:id/page${number}`);

let traceNumber = 0;

function startRequest(place) {
  const route = routes[traceNumber % routes.length];
  const remote = trace.setSpanContext(ROOT_CONTEXT, {
    ...trace.getSpanContext(remoteParent),
    traceId: (++traceNumber).toString(16).padStart(32, '0'),
  });
  const parent = place % 2 === 0 ? ROOT_CONTEXT : remote;
  const span = requests.startSpan(`GET ${route}`, requestSpan(route), parent);
  return { span, number: traceNumber, context: trace.setSpan(parent, span) };
}

function runRound() {
  const open = [];
  for (let place = 0; place < tracesPerRound; place++) open.push(startRequest(place));
  const running = [];
  for (let query = 0; query < queriesPerTrace; query++) {
    for (const { number, context } of open) {
      running.push(queries.startSpan(queryName, querySpan(textOf(number, query)), context));
    }
    for (const span of running) span.end();
    running.length = 0;
  }
  for (const { span } of open) {
    span.setAttribute('http.response.status_code', 200);
    span.end();
  }
}

async function runRounds(count) {
  for (let round = 0; round < count; round++) {
    runRound();
    // A turn of the event loop, in which full batches leave.
    await nextTurn();
  }
}

/** A figure counts only when the pipeline did its work; a step of the system's clock may blur it. */
function check() {
  const traces = (warmRounds + measuredRounds) * tracesPerRound;
  const spans = (warmRounds + measuredRounds) * spansPerRound;
  const doesJudge = pipelineName.startsWith('judge');
  const expected = doesJudge && trafficName === 'n-plus-one' ? traces : 0;
  if (Math.abs(findings - expected) > traces / 100) {
    throw new Error(`${findings} findings instead of ${expected}`);
  }
  const doesExport = pipelineName === 'judge-and-export' || pipelineName === 'batch-processor';
  if (exporter.spans !== (doesExport ? spans : 0)) throw new Error(`${exporter.spans} exported`);
}

await runRounds(warmRounds);
const readClock = startClock();
await runRounds(measuredRounds);
const { cpuMs, wallMs } = readClock();
await provider.forceFlush();
await provider.shutdown();
await meterProvider?.shutdown();
check();
const spans = measuredRounds * spansPerRound;
tell({ cpuMs, wallMs, items: spans, cpuNs: (cpuMs * 1e6) / spans });
