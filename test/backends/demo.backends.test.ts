import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { expectedFindings } from '../../examples/meetings-api/src/expected-findings.ts';
import {
  ATTR_CODE_FILE,
  ATTR_CODE_FUNCTION,
  ATTR_DB_QUERY_COUNT,
  ATTR_ENDPOINT,
  ATTR_FINDING_ADVICE,
  ATTR_FINDING_COUNT,
  ATTR_FINDING_REPEATS,
  ATTR_FINDING_RULE,
  ATTR_FINDING_SPAN_IDS,
  EVENT_CACHE_HIT,
  EVENT_CACHE_MISS,
  EVENT_FINDING,
  foundAttribute,
} from '../../packages/engine/src/names.ts';
import type { Report } from '../../packages/engine/src/types.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { createAnalyzer } from '../../packages/engine/src/analyzer.ts';
import type { Verdict } from '../../packages/engine/src/judge.ts';
import { decodeJaegerJson } from '../../packages/engine/src/jaeger/index.ts';
import { rootDir, startGuarded } from './guarded-process.ts';
import {
  type FoundSpan,
  type FoundTrace,
  jaegerDocument,
  searchTimeoutMs,
  untilFound,
} from './jaeger-search.ts';
import { describeWithBackends } from './needs-backends.ts';
import { type Backends, startBackends, startTimeoutMs, stopTimeoutMs } from './start-backends.ts';

const service = 'meetings-api';
const demoSeconds = 8;

jest.setTimeout(searchTimeoutMs * 2);

describeWithBackends('the demo, sent through the real Collector to the real Jaeger', () => {
  let backends: Backends;
  let report: Report;

  beforeAll(async () => {
    backends = await startBackends();
    report = await runDemo(backends.otlpHttpUrl);
  }, startTimeoutMs);
  afterAll(() => backends?.stop(), stopTimeoutMs);

  test('loses no span on the way', () => {
    expect(report.dropped).toEqual({ spans: 0, traces: 0, reasons: {} });
    expect(report.services.map((each) => each.service)).toContain(service);
  });

  test.each(expectedFindings.filter(({ rule }) => rule === 'n-plus-one-query'))(
    '$rule at $endpoint is found by its tag, with its event and every query span',
    async ({ rule, endpoint, file, function: functionName, repeats }) => {
      const tags = { [foundAttribute(rule)]: 'true', [ATTR_ENDPOINT]: endpoint };
      const isExpected = (event: FoundSpan['events'][number]) =>
        event[ATTR_FINDING_RULE] === rule &&
        event[ATTR_CODE_FUNCTION] === functionName &&
        String(event[ATTR_CODE_FILE]).endsWith(String(file)) &&
        event[ATTR_FINDING_REPEATS] === repeats;
      const findingIn = (trace: FoundTrace) => rootWith(trace, endpoint)?.events.find(isExpected);

      const traces = await untilFound(backends, { service, tags }, (found) =>
        found.some(findingIn),
      );
      const trace = traces.find(findingIn) as FoundTrace;
      const root = rootWith(trace, endpoint) as FoundSpan;
      const finding = findingIn(trace) as FoundSpan['events'][number];

      const findings = root.events.filter((event) => event.event === EVENT_FINDING);
      expect(root.tags[ATTR_FINDING_COUNT]).toBe(findings.length);
      expect(String(finding[ATTR_FINDING_ADVICE])).toMatch(/\w+ \w+/);

      const queries = trace.spans.filter((span) => isQuery(span) && isBelow(trace, span, root));
      expect(queries.length).toBe(root.tags[ATTR_DB_QUERY_COUNT]);
      expect(queries.length).toBeGreaterThanOrEqual(repeats ?? 1);
      const ids = JSON.parse(String(finding[ATTR_FINDING_SPAN_IDS])) as string[];
      expect(ids).toHaveLength(Math.min(repeats ?? 1, 20));
      expect(queries.map((span) => span.spanId)).toEqual(expect.arrayContaining(ids));
    },
  );

  test('what Jaeger gives back is judged as the services judged it', async () => {
    // The last spans of a trace may still be on their way: it is asked until all are there.
    const deadline = Date.now() + searchTimeoutMs;
    for (;;) {
      const { live, again } = judgedAgain(await jaegerDocument(backends, { service, limit: 300 }));
      const isSame = JSON.stringify(again) === JSON.stringify(live);
      if (!isSame && Date.now() < deadline) {
        await delay(200);
        continue;
      }
      expect(live.length).toBeGreaterThan(20);
      expect(again).toEqual(live);
      return;
    }
  });

  test('cache hits and misses are found as events', async () => {
    const search = { service, tags: { 'cache.name': 'meetings' }, limit: 500 };
    const namesIn = (traces: readonly FoundTrace[]) =>
      new Set(
        traces
          .flatMap(({ spans }) => spans.flatMap(({ events }) => events))
          .map(({ event }) => event),
      );
    await untilFound(backends, search, (traces) => {
      const names = namesIn(traces);
      return names.has(EVENT_CACHE_HIT) && names.has(EVENT_CACHE_MISS);
    });
  });
});

/** What the services wrote on their roots, and what the analyzer says of the same traces. */
function judgedAgain(document: object): { live: string[]; again: string[] } {
  const live: string[] = [];
  const again: string[] = [];
  const onVerdict = (_service: string, { root, findings }: Verdict): void => {
    if (root?.attributes[ATTR_ENDPOINT] === undefined) return;
    for (const { traceId, rule, fingerprint, repeats } of findings) {
      again.push(`${traceId} ${rule} ${fingerprint} ${repeats ?? ''}`);
    }
    for (const { name, attributes } of root.events) {
      if (name !== EVENT_FINDING) continue;
      const said = ['rule', 'fingerprint', 'repeats'].map(
        (field) => attributes[`${EVENT_FINDING}.${field}`] ?? '',
      );
      live.push(`${root.traceId} ${said.join(' ')}`);
    }
  };
  const analyzer = createAnalyzer({}, { onVerdict });
  for (const { service: one, spans } of decodeJaegerJson(document)) analyzer.add(one, spans);
  analyzer.finish();
  return { live: live.sort(), again: again.sort() };
}

async function runDemo(otlpHttpUrl: string): Promise<Report> {
  const bin = join(rootDir, 'packages/cli/dist/esm/bin.js');
  const demo = startGuarded(
    [process.execPath, bin, 'demo', '--json', '--seconds', String(demoSeconds)],
    { env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttpUrl }, output: ['pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  demo.child.stdout?.on('data', (chunk) => (stdout += chunk));
  demo.child.stderr?.on('data', (chunk) => (stderr += chunk));
  const code = await demo.ended;
  if (code !== 0) throw new Error(`the demo ended with exit code ${code}\n${stderr}`);
  return JSON.parse(stdout) as Report;
}

/** The span that the endpoint's name stands on: not always the trace's first, as services call services. */
function rootWith(trace: FoundTrace, endpoint: string): FoundSpan | undefined {
  return trace.spans.find((span) => span.tags[ATTR_ENDPOINT] === endpoint);
}

/** Statements that begin and end a transaction are spans too, but no queries. */
function isQuery(span: FoundSpan): boolean {
  const statement = span.tags['db.query.text'];
  return statement !== undefined && !/^(BEGIN|COMMIT|ROLLBACK)$/i.test(String(statement));
}

function isBelow(trace: FoundTrace, span: FoundSpan, ancestor: FoundSpan): boolean {
  if (span.parentSpanId === ancestor.spanId) return true;
  const parent = trace.spans.find((each) => each.spanId === span.parentSpanId);
  return parent !== undefined && isBelow(trace, parent, ancestor);
}
