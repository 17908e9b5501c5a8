import { describe, expect, test } from '@jest/globals';
import { createAnalyzer } from '../src/analyzer.ts';
import type { Verdict } from '../src/judge.ts';
import type { EngineOptions } from '../src/options.ts';
import type { Report, Span } from '../src/types.ts';
import { aSpan, aTrace, noteById, someDayMs, userById } from './build.ts';
import { forSeeds, oneOf, shuffled } from './random.ts';

const settled = { settleMs: 1000 };

function reportOf(spans: readonly Span[], options: EngineOptions = {}): Report {
  const analyzer = createAnalyzer(options);
  analyzer.add('app', spans, someDayMs);
  analyzer.finish(someDayMs);
  return analyzer.report(someDayMs);
}
const endpointsOf = (report: Report): unknown =>
  report.services.flatMap(({ service, endpoints }) =>
    endpoints.map(({ endpoint, calls, queriesPerCall }) => [
      service,
      endpoint,
      calls,
      queriesPerCall,
    ]),
  );

const inTrace = (traceId: string, spans: readonly Span[]): Span[] =>
  spans.map((span) => ({ ...span, traceId }));

describe('a trace is judged', () => {
  test('when its root has come and it has been quiet for settleMs', () => {
    const analyzer = createAnalyzer(settled);
    const { root, spans } = aTrace().withQueries(5, noteById);
    const calls = (nowMs: number): number | undefined => {
      analyzer.tick(someDayMs + nowMs);
      return analyzer.report(someDayMs + nowMs).services[0]?.endpoints[0]?.calls;
    };
    analyzer.add('app', [root], someDayMs);
    expect(calls(999)).toBeUndefined();
    analyzer.add('app', spans.slice(0, 5), someDayMs + 999);
    expect(calls(1998)).toBeUndefined();
    expect(calls(1999)).toBe(1);
    expect(analyzer.report(someDayMs + 1999).problems).toMatchObject([{ repeats: 5 }]);
    expect(calls(90_000)).toBe(1);
  });

  test('without a root after ten times settleMs, as nobody knows what', () => {
    const analyzer = createAnalyzer(settled);
    const { spans } = aTrace().withQueries(5, noteById);
    analyzer.add('app', spans.slice(0, 5), someDayMs);
    analyzer.tick(someDayMs + 9999);
    expect(analyzer.report(someDayMs).services).toEqual([]);
    analyzer.tick(someDayMs + 10_000);
    expect(endpointsOf(analyzer.report(someDayMs))).toEqual([['app', '(unknown)', 0, null]]);
    expect(analyzer.report(someDayMs).problems).toMatchObject([{ repeats: 5 }]);
  });

  test('at the end, settled or not', () => {
    expect(endpointsOf(reportOf(aTrace().withQueries(2, noteById).spans))).toEqual([
      ['app', 'GET /meetings', 1, 2],
    ]);
  });

  test('part by part, where several services share it', () => {
    const analyzer = createAnalyzer();
    const { spans } = aTrace().withQueries(5, noteById);
    analyzer.add('one', spans, someDayMs);
    analyzer.add('two', spans, someDayMs);
    analyzer.finish(someDayMs);
    expect(endpointsOf(analyzer.report(someDayMs))).toEqual([
      ['one', 'GET /meetings', 1, 5],
      ['two', 'GET /meetings', 1, 5],
    ]);
  });
});

describe('several roots in one trace', () => {
  const inner = { 'http.request.method': 'GET', 'http.route': '/inner' };
  const trace = aTrace()
    .withQueries(3, noteById)
    .withSpan({ spanId: 'call', startMs: someDayMs + 50, durationMs: 100 })
    .withSpan({
      spanId: 'inner',
      under: 'call',
      isLocalRoot: true,
      kind: 1,
      attributes: inner,
      startMs: someDayMs + 60,
      durationMs: 80,
    })
    .withQueries(4, noteById, { under: 'inner', atMs: 70 });

  test('are judged each with its own spans, in any order of arrival', () => {
    forSeeds(30, (random) => {
      const report = reportOf(shuffled(random, trace.spans));
      const rows = endpointsOf(report) as unknown[];
      expect(rows).toHaveLength(2);
      expect(rows).toContainEqual(['app', 'GET /meetings', 1, 3]);
      expect(rows).toContainEqual(['app', 'GET /inner', 1, 4]);
      expect(report.problems).toEqual([]);
    });
  });

  test('leave spans whose way up is broken or circular to nobody', () => {
    trace.withSpan({ spanId: 'x', under: 'y' }).withSpan({ spanId: 'y', under: 'x' });
    trace.withSpan({ spanId: 'orphan', under: 'gone' });
    expect(endpointsOf(reportOf(trace.spans))).toHaveLength(2);
  });
});

describe('spans that end after their root', () => {
  test('form a verdict of their own under its endpoint', () => {
    const trace = aTrace({ durationMs: 100 })
      .withQueries(3, noteById)
      .withQueries(4, noteById, { atMs: 200 });
    const report = reportOf(trace.spans);
    expect(endpointsOf(report)).toEqual([['app', 'GET /meetings', 1, 7]]);
    expect(report.problems).toEqual([]);
    const late = aTrace({ durationMs: 100 }).withQueries(5, noteById, { atMs: 200 });
    expect(reportOf(late.spans).problems).toMatchObject([
      { repeats: 5, endpoint: 'GET /meetings' },
    ]);
  });

  test('are those that a processor marked, and those over the step of the clock', () => {
    const marked = aTrace().withQueries(5, noteById, { attributes: { 'spandrel.late': true } });
    marked.withQueries(4, noteById);
    expect(reportOf(marked.spans).problems).toMatchObject([{ repeats: 5 }]);
    const together = aTrace({ durationMs: 100 })
      .withQueries(3, noteById)
      .withQueries(2, noteById, { atMs: 100, everyMs: 0, eachMs: 1 });
    expect(reportOf(together.spans).problems).toMatchObject([{ repeats: 5 }]);
  });

  test('are only the marked ones where the root was judged in its own process', () => {
    const attributes = { 'spandrel.endpoint': 'GET /judged' };
    const judged = aTrace({ durationMs: 100, attributes }).withQueries(5, noteById, { atMs: 200 });
    expect(reportOf(judged.spans).services[0]!.endpoints[0]).toMatchObject({
      endpoint: 'GET /judged',
      calls: 1,
      queriesPerCall: 5,
    });
  });

  test('are filed under its endpoint also when they arrive after it was judged', () => {
    const analyzer = createAnalyzer(settled);
    const { root, spans } = aTrace().withQueries(5, noteById);
    analyzer.add('app', [root], someDayMs);
    analyzer.tick(someDayMs + 1000);
    analyzer.add('app', spans.slice(0, 5), someDayMs + 5000);
    analyzer.tick(someDayMs + 15_000);
    const report = analyzer.report(someDayMs + 15_000);
    expect(endpointsOf(report)).toEqual([['app', 'GET /meetings', 1, 5]]);
    expect(report.problems).toMatchObject([{ repeats: 5, endpoint: 'GET /meetings' }]);
  });
});

describe('what does not fit is counted', () => {
  test('traces that gave way before they had settled, judged as cut', () => {
    const { spans } = aTrace().withQueries(5, noteById);
    const all = ['1', '2', '3'].flatMap((traceId) => inTrace(traceId, spans));
    const report = reportOf(all, { maxOpenTraces: 2 });
    expect(report.dropped).toEqual({ spans: 0, traces: 0, reasons: { maxOpenTraces: 1 } });
    expect(endpointsOf(report)).toEqual([['app', 'GET /meetings', 3, 5]]);
    expect(report.problems[0]!.occurrences).toBe(3);
  });

  test('traces that gave way before their root had come, unjudged', () => {
    const { root, spans } = aTrace().withQueries(5, noteById);
    const children = spans.filter((span) => span !== root);
    const all = ['1', '2'].flatMap((traceId) => inTrace(traceId, children));
    const report = reportOf(all, { maxHeldSpans: 5 });
    expect(report.dropped).toEqual({
      spans: 5,
      traces: 1,
      reasons: { maxHeldSpans: 1, missingRoot: 1 },
    });
    expect(report.problems).toMatchObject([{ occurrences: 1 }]);
  });

  test('traces that go on after they gave way: their rest is judged as cut', () => {
    const { root, spans } = aTrace().withQueries(10, noteById);
    const analyzer = createAnalyzer({ maxOpenTraces: 1 });
    analyzer.add('app', inTrace('1', [root, ...spans.slice(0, 4)]));
    for (let n = 0; n < 7000; n++)
      analyzer.add('app', inTrace('other', [{ ...root, spanId: `r${n}` }]));
    analyzer.add('app', inTrace('1', spans.slice(4, 10)));
    analyzer.finish();
    const { dropped, problems } = analyzer.report();
    // Both gave way once, and the first was opened again.
    expect(dropped.reasons).toEqual({ maxOpenTraces: 3 });
    expect(problems).toMatchObject([{ endpoint: 'GET /meetings', repeats: 6 }]);
  });

  test('parts of traces whose root never came', () => {
    const { root, spans } = aTrace().withQueries(3, noteById);
    const report = reportOf(spans.filter((span) => span !== root));
    expect(report.dropped).toEqual({ spans: 0, traces: 0, reasons: { missingRoot: 1 } });
  });

  test('spans without ids', () => {
    const spans = [aSpan({ traceId: '' }), aSpan({ spanId: '' })];
    expect(reportOf(spans).dropped).toEqual({ spans: 2, traces: 0, reasons: { missingIds: 2 } });
  });

  test('spans over the cap of a trace', () => {
    const { root, spans } = aTrace().withQueries(7, noteById);
    const report = reportOf([root, ...spans.slice(0, 7)], { maxSpansPerTrace: 6 });
    expect(report.dropped).toEqual({ spans: 2, traces: 0, reasons: { maxSpansPerTrace: 2 } });
    expect(report.problems).toMatchObject([{ repeats: 5 }]);
  });

  test('endpoints and findings, by the name of their cap, beside what the door counted', () => {
    const trace = aTrace().withQueries(5, noteById).withQueries(5, userById);
    const analyzer = createAnalyzer({ maxFindingsPerTrace: 1 });
    analyzer.add('app', trace.spans, someDayMs);
    analyzer.finish(someDayMs);
    const transport = {
      exported: { spans: 1, batches: 1 },
      dropped: { spans: 4, traces: 0, reasons: { malformed: 4 } },
    };
    const { exported, dropped } = analyzer.report(someDayMs, transport);
    expect(exported).toEqual({ spans: 1, batches: 1 });
    expect(dropped).toEqual({
      spans: 4,
      traces: 0,
      reasons: { malformed: 4, maxFindingsPerTrace: 1 },
    });
  });

  test('spans that arrive twice, which count once', () => {
    const { spans } = aTrace().withQueries(3, noteById);
    const report = reportOf([...spans, ...spans]);
    expect(endpointsOf(report)).toEqual([['app', 'GET /meetings', 1, 3]]);
    expect(report.problems).toEqual([]);
    expect(report.dropped).toEqual({ spans: 4, traces: 0, reasons: { duplicateSpans: 4 } });
  });
});

test('the order and the batches in which spans arrive change nothing in the report', () => {
  forSeeds(100, (random) => {
    const traces = Array.from({ length: 5 }, (_, n) => {
      const trace = aTrace({ durationMs: 50 + n });
      trace.withSpan({ spanId: 'x', under: oneOf(random, ['root', 'gone']) });
      trace.withQueries(3 + Math.floor(random() * 5), noteById, { under: 'x', everyMs: 7 });
      trace.withQueries(5, userById, { atMs: Math.floor(random() * 80), from: {} });
      return inTrace(`trace${n}`, trace.spans);
    });
    const analyzer = createAnalyzer();
    const mixed = shuffled(random, traces.flat());
    while (mixed.length > 0) {
      analyzer.add('app', mixed.splice(0, 1 + Math.floor(random() * 9)), someDayMs);
      analyzer.tick(someDayMs);
    }
    analyzer.finish(someDayMs);
    const plain = createAnalyzer();
    plain.add('app', traces.flat(), someDayMs);
    plain.finish(someDayMs);
    const summary = (report: Report): unknown => [
      endpointsOf(report),
      report.problems
        .map(({ fingerprint, occurrences, repeats }) => [fingerprint, occurrences, repeats])
        .sort(),
      report.dropped,
    ];
    expect(summary(analyzer.report(someDayMs))).toEqual(summary(plain.report(someDayMs)));
  });
});

test('of a span that ended twice the later end counts, in any order', () => {
  const { root, spans } = aTrace({ durationMs: 100 }).withQueries(2, noteById);
  const again = { ...root, durationMs: 2000 };
  for (const ended of [
    [...spans, again],
    [again, ...spans],
  ]) {
    const report = reportOf(ended);
    expect(report.services[0]!.endpoints[0]).toMatchObject({ calls: 1, maxMs: 2000 });
    expect(report.dropped.reasons).toEqual({ duplicateSpans: 1 });
  }
});

test('a service whose clock is wrong is judged by its own clock', () => {
  const far = 3_600_000;
  const trace = aTrace();
  const there = aTrace({
    spanId: 'there',
    parentSpanId: 'call',
    startMs: trace.root.startMs - far,
    isRootGuessed: true,
  }).withQueries(6, noteById, { under: 'there' });
  trace.withSpan({ spanId: 'call', kind: 2, startMs: someDayMs + 10, durationMs: 100 });
  const analyzer = createAnalyzer();
  analyzer.add('here', trace.spans);
  analyzer.add('there', there.spans);
  analyzer.finish();
  const { problems, dropped } = analyzer.report();
  expect(problems).toMatchObject([{ service: 'there', repeats: 6 }]);
  expect(dropped.reasons).toEqual({});
});

test('without a clock, time is what the spans say', () => {
  const { spans } = aTrace().withQueries(5, noteById);
  const later = spans.map((span) => ({
    ...span,
    traceId: 'later',
    startMs: span.startMs + 60_000,
  }));
  const analyzer = createAnalyzer();
  analyzer.add('app', [...later, ...spans]);
  analyzer.finish();
  const report = analyzer.report();
  expect(report.durationMs).toBe(60_500);
  expect(report.problems).toMatchObject([
    { occurrences: 2, firstSeenMs: someDayMs + 500, lastSeenMs: someDayMs + 60_500 },
  ]);
});

test('hands out every verdict as it is recorded', () => {
  const seen: unknown[] = [];
  const onVerdict = (service: string, { traceId, endpoint, nearest }: Verdict): void => {
    seen.push([service, traceId, endpoint, nearest.length > 0]);
  };
  const analyzer = createAnalyzer({ explain: true }, { onVerdict });
  analyzer.add('app', aTrace().withQueries(4, noteById).spans);
  analyzer.finish();
  expect(seen).toEqual([['app', 'trace', 'GET /meetings', true]]);
});

test('while no cap is reached, neither order nor batches change what is found over services', () => {
  forSeeds(60, (random) => {
    const spans: { service: string; span: Span }[] = [];
    for (let n = 0; n < 6; n++) {
      const traceId = `trace${n}`;
      const at = { startMs: someDayMs + n * 700 + Math.floor(random() * 300) };
      const api = aTrace({ ...at, durationMs: 300 + n });
      api.withQueries(3 + Math.floor(random() * 5), noteById, { eachMs: 5 });
      api.withSpan({ spanId: 'call', kind: 2, ...at, durationMs: 50 });
      const users = aTrace({ spanId: 'there', parentSpanId: 'call', isRootGuessed: true, ...at });
      users.withQueries(4 + Math.floor(random() * 3), userById, { under: 'there' });
      for (const span of inTrace(traceId, api.spans)) spans.push({ service: 'api', span });
      for (const span of inTrace(traceId, users.spans)) spans.push({ service: 'users', span });
    }
    const report = (arriving: typeof spans): Report => {
      const analyzer = createAnalyzer();
      const left = [...arriving];
      while (left.length > 0) {
        const batch = left.splice(0, 1 + Math.floor(random() * 20));
        for (const { service, span } of batch) analyzer.add(service, [span]);
      }
      analyzer.finish();
      return analyzer.report();
    };
    const inOrder = report(spans);
    expect(report(shuffled(random, spans))).toEqual(inOrder);
    expect(inOrder.problems.length).toBeGreaterThan(0);
  });
});

test('junk is taken without a word', () => {
  const junk = [
    aSpan({ spanId: '', traceId: '' }),
    aSpan({ spanId: 'a', parentSpanId: 'a', isLocalRoot: true }),
    aSpan({ spanId: 'b', parentSpanId: 'b' }),
    aSpan({ spanId: 'c', startMs: Number.NaN, durationMs: Number.NaN, isLocalRoot: true }),
    aSpan({ spanId: 'd', startMs: Infinity, durationMs: -5, traceId: 'x' }),
  ];
  expect(() => reportOf(junk)).not.toThrow();
});

test('a bad option is refused at the door', () => {
  expect(() => createAnalyzer({ settleMs: -1 })).toThrow(
    new RangeError('settleMs must be a number above 0 and at most 2147483647, got -1'),
  );
});
