import { describe, expect, test } from '@jest/globals';
import { ATTR_DB_PARAMETERS_HASH } from '../../src/names.ts';
import type { EngineOptions } from '../../src/options.ts';
import { resolveEngineOptions } from '../../src/options.ts';
import { Judge } from '../../src/judge.ts';
import type { Finding, Span } from '../../src/types.ts';
import { SpanKind, StatusCode } from '../../src/types.ts';
import type { TraceBuilder } from '../build.ts';
import { aSpan, aTrace, noteById, siteAttributes, someDayMs, userById } from '../build.ts';
import { forSeeds, oneOf, shuffled } from '../random.ts';

const statements = [
  noteById,
  userById,
  'SELECT * FROM settings',
  'UPDATE users SET seen = now() WHERE id = $1',
  'INSERT INTO notes (text) VALUES ($1)',
  'CALL touch($1)',
  'BEGIN',
  'COMMIT',
  'SET search_path TO a',
  'SELECT * FROM notes WHERE id > $1 ORDER BY id LIMIT 10',
  'SELECT * FROM users WHERE id IN (1, 2, ',
];

/** Many kinds of calls, parents and times, so that every rule has something to look at. */
function anyTrace(random: () => number): TraceBuilder {
  const trace = aTrace({ durationMs: 330 });
  const parents = ['root', 'gone'];
  for (const spanId of ['1', '2', '3', '4', '5', '6']) {
    trace.withSpan({
      spanId,
      under: oneOf(random, parents),
      name: oneOf(random, ['work', 'dataloader.batch users', `graphql.resolve users.${spanId}.a`]),
      startMs: someDayMs + Math.floor(random() * 50),
      durationMs: random() * 100,
    });
    parents.push(spanId);
  }
  for (let n = 0; n < 80; n++) {
    const isHttp = random() < 0.2;
    trace.withSpan({
      spanId: `c${n}`,
      under: oneOf(random, parents),
      kind: SpanKind.client,
      startMs: someDayMs + Math.floor(random() * 200),
      durationMs: oneOf(random, [0, 0.2, 1, 5, 40]),
      statusCode: random() < 0.3 ? StatusCode.error : StatusCode.unset,
      attributes: {
        ...(isHttp
          ? { 'http.request.method': 'GET', 'url.full': `http://a/users/${n % 3}` }
          : { 'db.system.name': 'postgresql', 'db.query.text': oneOf(random, statements) }),
        ...(random() < 0.5 ? { [ATTR_DB_PARAMETERS_HASH]: oneOf(random, ['k1', 'k2', 'k3']) } : {}),
        ...(random() < 0.5 ? siteAttributes({ function: oneOf(random, ['one', 'two']) }) : {}),
      },
    });
  }
  return trace
    .withQueries(1, 'SELECT * FROM rooms', { atMs: 245, eachMs: 40 })
    .withQueries(1, 'SELECT * FROM buildings', { eachMs: 40 });
}

const eager: EngineOptions = {
  minRepeats: 3,
  minErrors: 2,
  minRetries: 2,
  minSerialQueries: 2,
  minSerialSavingMs: 0.1,
  maxFindingsPerTrace: 1000,
  explain: true,
};

/** Rules about queries, and about failures of anything. */
const ownRules = [
  'n-plus-one-query',
  'duplicate-query',
  'graphql-resolver-loop',
  'serial-queries',
  'retry-storm',
  'error-burst',
];

function judged(root: Span, spans: readonly Span[]): { findings: Finding[]; nearest: unknown } {
  const verdict = new Judge(resolveEngineOptions(eager)).judge(root, spans);
  const own = verdict.findings.filter(({ rule }) => ownRules.includes(rule));
  const byPlace = (one: Finding): string => `${one.fingerprint} ${one.spanIds.join()}`;
  const findings = own.sort((a, b) => (byPlace(a) < byPlace(b) ? -1 : 1));
  return { findings, nearest: verdict.nearest };
}

test('the order of arrival changes no finding', () => {
  const fired = new Set<string>();
  forSeeds(100, (random) => {
    const { root, spans } = anyTrace(random);
    const { findings } = judged(root, spans);
    for (const { rule } of findings) fired.add(rule);
    expect(judged(root, shuffled(random, spans)).findings).toEqual(findings);
  });
  const isWhole = process.env['SEED'] === undefined;
  if (isWhole) expect([...fired].sort()).toEqual([...ownRules].sort());
});

test('a query is a member of an N+1, of a resolver loop, of a burst of errors, or of none', () => {
  forSeeds(100, (random) => {
    const { root, spans } = anyTrace(random);
    const counts = new Map<string, number>();
    for (const { rule, spanIds } of judged(root, spans).findings) {
      if (!/^(?:n-plus-one-query|graphql-resolver-loop|error-burst)$/.test(rule)) continue;
      for (const id of spanIds) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  });
});

test('odd times, broken chains and circles are judged without an exception', () => {
  forSeeds(100, (random) => {
    const odd = [NaN, Infinity, -Infinity, -1e12, -1, 0, 1e300];
    const { root, spans } = anyTrace(random);
    const rude = spans.map((span) =>
      random() < 0.3
        ? { ...span, startMs: oneOf(random, odd), durationMs: oneOf(random, odd) }
        : {
            ...span,
            parentSpanId: oneOf(random, ['1', '2', 'c1', 'c2', 'c3', span.spanId, undefined]),
          },
    );
    expect(() => judged(root, rude)).not.toThrow();
  });
});

describe('a fingerprint', () => {
  const fingerprintOf = (trace: TraceBuilder): unknown => trace.findings()[0]?.fingerprint;

  test('does not depend on the query that gave the keys', () => {
    const after = (source: string): TraceBuilder =>
      aTrace().withQueries(1, source).withQueries(5, noteById);
    expect(fingerprintOf(after('SELECT id FROM meetings LIMIT 20 OFFSET 40'))).toBe(
      fingerprintOf(after('SELECT id FROM meetings LIMIT 20 OFFSET 60')),
    );
  });

  test('of serial queries survives another query at their end', () => {
    const serial = (count: number): TraceBuilder => {
      const trace = aTrace({ durationMs: 100 });
      for (let n = 0; n < count; n++) {
        trace.withQueries(1, `SELECT * FROM t${n}`, { eachMs: 20, from: {} });
      }
      return trace;
    };
    expect(serial(3).findings()[0]?.rule).toBe('serial-queries');
    expect(fingerprintOf(serial(4))).toBe(fingerprintOf(serial(3)));
  });
});

test('a GraphQL loop is told with the DataLoader of its field', () => {
  const trace = aTrace();
  for (let n = 0; n < 5; n++) {
    trace.withSpan({
      spanId: `r${n}`,
      name: `graphql.resolve users.${n}.posts`,
      attributes: {
        'graphql.field.path': `users.${n}.posts`,
        'graphql.field.name': 'posts',
        'graphql.parent.name': 'User',
      },
    });
    trace.withQueries(1, noteById, { under: `r${n}` });
  }
  const [finding, ...more] = trace.findings();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    rule: 'graphql-resolver-loop',
    message:
      'User.posts sent SELECT notes 5 times in one request, once for each item, one after another',
    advice: { statement: expect.stringContaining('new DataLoader'), proof: 'unproved' },
  });
});

test('what a loop reads while it is written is not rewritten into one read', () => {
  const trace = aTrace();
  for (let n = 0; n < 5; n++) {
    trace.withQueries(1, noteById).withQueries(1, 'UPDATE notes SET seen = $1 WHERE id = $2');
  }
  const read = trace.findings().find(({ summary }) => summary === 'SELECT notes');
  expect(read).toMatchObject({ rule: 'n-plus-one-query', repeats: 5, advice: { statement: null } });
});

test('ten thousand calls of one kind, failed or not, take no time beyond their number', () => {
  const count = 10_000;
  const spans = Array.from({ length: count }, (_, n) =>
    aSpan({
      spanId: `c${n}`,
      parentSpanId: 'root',
      kind: SpanKind.client,
      startMs: someDayMs + Math.floor(n / 3),
      durationMs: 50,
      statusCode: n % 2 === 0 ? StatusCode.error : StatusCode.unset,
      attributes: {
        'db.system.name': 'postgresql',
        'db.query.text': n % 3 === 0 ? 'UPDATE users SET seen = $1' : userById,
        [ATTR_DB_PARAMETERS_HASH]: `k${n % 100}`,
      },
    }),
  );
  const root = aSpan({ spanId: 'root', isLocalRoot: true, durationMs: 9000 });
  const rules = new Set(judged(root, [...spans, root]).findings.map(({ rule }) => rule));
  expect(rules).toContain('error-burst');
});
