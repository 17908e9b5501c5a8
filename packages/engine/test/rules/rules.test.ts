import { describe, expect, test } from '@jest/globals';
import { Judge } from '../../src/judge.ts';
import { resolveEngineOptions } from '../../src/options.ts';
import type { EngineOptions } from '../../src/options.ts';
import { rules } from '../../src/rules/index.ts';
import { SpanKind, StatusCode } from '../../src/types.ts';
import type { Attributes, Finding, Span } from '../../src/types.ts';
import { aSpan, aTrace, noteById, someDayMs, userById } from '../build.ts';
import { corpusOf } from '../corpus.ts';

/** A span of the corpus; `times` of them start `everyMs` apart. Times count from the trace's start. */
interface CorpusSpan {
  /** With `times`, the first is `id`, the others `id.1`, `id.2`, … */
  id?: string;
  root?: boolean;
  parent?: string;
  /** One per repetition, instead of `parent`. */
  parents?: string[];
  name: string;
  kind?: keyof typeof SpanKind;
  startMs?: number;
  durationMs: number;
  times?: number;
  everyMs?: number;
  attributes?: Attributes;
  /** One per repetition, merged over `attributes`. */
  attributesEach?: Attributes[];
  /** On every repetition, its times moved along. */
  events?: { name: string; atMs: number; attributes?: Attributes }[];
  /** True for the status ERROR; one per repetition where only some failed. */
  error?: boolean | boolean[];
  /** Name of the instrumentation. */
  scope?: string;
  /** Still open when the root ended. */
  isOpen?: boolean;
}

interface CorpusCase {
  why: string;
  options?: EngineOptions;
  /** True when the spans ended after their root and are judged without it. */
  late?: boolean;
  /** True when the cap on judged spans cut the trace. */
  isCut?: boolean;
  /** How the endpoint did before. */
  baseline?: { calls: number; p95Ms: number };
  spans: CorpusSpan[];
  /** What every finding holds at least, costliest first; `advice` is its text. */
  expected: (Omit<Partial<Finding>, 'advice'> & { advice?: string })[];
  /** The nearest miss of the folder's rule. */
  nearest?: string;
}

function spansOf(given: readonly CorpusSpan[]): Span[] {
  return given.flatMap((span, at) =>
    Array.from({ length: span.times ?? 1 }, (_, n) => spanOf(span, at, n)),
  );
}

function spanOf(given: CorpusSpan, at: number, n: number): Span {
  const { id, root = false, kind = 'internal', startMs = 0, everyMs = 0, events = [] } = given;
  const { error = false, scope = '', attributes = {}, attributesEach = [], parents = [] } = given;
  const laterMs = someDayMs + n * everyMs;
  const hasFailed = Array.isArray(error) ? (error[n] ?? false) : error;
  return aSpan({
    name: given.name,
    durationMs: given.durationMs,
    attributes: { ...attributes, ...attributesEach[n] },
    spanId: id === undefined ? `${at}.${n}` : n === 0 ? id : `${id}.${n}`,
    parentSpanId: parents[n] ?? given.parent,
    isLocalRoot: root,
    kind: SpanKind[kind],
    startMs: laterMs + startMs,
    events: events.map((event) => ({
      name: event.name,
      timeMs: laterMs + event.atMs,
      attributes: event.attributes ?? {},
    })),
    statusCode: hasFailed ? StatusCode.error : StatusCode.unset,
    scope,
  });
}

describe.each(rules.map(({ name }) => name))('%s', (rule) => {
  const cases = corpusOf<CorpusCase>(rule);

  test.each(cases)('%s', (_file, { options = {}, late = false, expected, nearest, ...given }) => {
    const { isCut = false, baseline = null } = given;
    const spans = spansOf(given.spans.filter(({ isOpen }) => isOpen !== true));
    const open = spansOf(given.spans.filter(({ isOpen }) => isOpen === true));
    const root = late ? undefined : spans.find((span) => span.isLocalRoot);
    const judge = new Judge(resolveEngineOptions({ ...options, explain: true }));
    const verdict = judge.judge(root, spans, { isCut, open, baselineOf: () => baseline });
    const findings = verdict.findings.map(({ advice, ...finding }) => ({
      ...finding,
      advice: advice.text,
    }));
    const byName = (a: { rule?: string; summary?: string | null }, b: typeof a): number =>
      `${a.rule} ${a.summary}`.localeCompare(`${b.rule} ${b.summary}`);
    expect(findings.sort(byName)).toEqual(
      [...expected].sort(byName).map((part) => expect.objectContaining(part)),
    );
    if (nearest !== undefined) expect(verdict.nearest).toContainEqual({ rule, text: nearest });
  });

  test('has at least three traces that fire and three that nearly do', () => {
    const fires = cases.filter(([, { expected }]) => expected.length > 0);
    expect(fires.length).toBeGreaterThanOrEqual(3);
    expect(cases.length - fires.length).toBeGreaterThanOrEqual(3);
  });
});

describe('an N+1 finding', () => {
  const [finding] = aTrace()
    .withQueries(6, noteById, { eachMs: 10, from: { line: 7 } })
    .findings();

  test('holds the evidence and what it costs', () => {
    expect(finding).toMatchObject({
      rule: 'n-plus-one-query',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      severity: 'warning',
      confidence: 'medium',
      endpoint: 'GET /meetings',
      traceId: 'trace',
      spanIds: ['q0', 'q1', 'q2', 'q3', 'q4', 'q5'],
      repeats: 6,
      shape: 'select * from notes where id = ?',
      summary: 'SELECT notes',
      callSite: { file: 'src/meetings.ts', line: 7, function: 'listMeetings' },
      callers: [],
      parallel: false,
      costMs: 60,
      savingMs: 50,
      advice: { statement: 'SELECT * FROM notes WHERE id = ANY($1)' },
    });
  });

  test('credits a parallel loop with no more than its wall time', () => {
    const [parallel] = aTrace().withQueries(20, noteById, { eachMs: 30, everyMs: 0 }).findings();
    expect(parallel).toMatchObject({ parallel: true, costMs: 30, savingMs: 0 });
  });

  test('leaves one batch for each turn of an outer loop when it counts the saving', () => {
    const trace = aTrace();
    for (let n = 0; n < 3; n++) {
      trace.withSpan({ spanId: `turn${n}`, name: 'turn' });
      trace.withQueries(5, noteById, { under: `turn${n}`, eachMs: 10, from: {} });
    }
    const findings = trace.findings();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ repeats: 15, costMs: 150, savingMs: 120 });
  });

  test('has a fingerprint without lines, parameters, endpoint or count', () => {
    const elsewhere = aTrace({ attributes: { 'http.request.method': 'GET', 'http.route': '/b' } })
      .withQueries(9, 'select * from notes where id = $2', { from: { line: 99 } })
      .findings();
    expect(elsewhere[0]?.fingerprint).toBe(finding?.fingerprint);
  });

  test('is graver the more it costs against your own limits', () => {
    const severity = (eachMs: number): unknown =>
      aTrace().withQueries(5, noteById, { eachMs }).findings()[0]?.severity;
    expect([39, 40, 199, 200].map(severity)).toEqual(['warning', 'error', 'error', 'critical']);
  });
});

test('a rule that did not fire says how near it came only when asked', () => {
  const trace = aTrace().withQueries(4, noteById, { eachMs: 3 });
  expect(trace.judged().nearest).toEqual([]);
  expect(trace.judged({ explain: true, slowQueryMs: 10, slowEndpointMs: 501 }).nearest).toEqual([
    { rule: 'n-plus-one-query', text: 'SELECT notes ran 4 times, below minRepeats 5' },
    {
      rule: 'duplicate-query',
      text: 'SELECT notes ran 4 times, but whether with the same parameters is unknown',
    },
    { rule: 'slow-query', text: 'SELECT notes took 3.0 ms, below slowQueryMs 10' },
    { rule: 'slow-endpoint', text: 'GET /meetings took 500.0 ms, below slowEndpointMs 501' },
  ]);
});

test('of two near misses the nearer one is told', () => {
  const trace = aTrace().withQueries(2, userById).withQueries(3, noteById, { under: 'gone' });
  expect(trace.judged({ explain: true }).nearest[0]?.text).toBe(
    'SELECT notes ran 3 times, below minRepeats 5',
  );
});
