import { describe, expect, test } from '@jest/globals';
import { rules } from '@spandrel/engine';
import type { Problem } from '@spandrel/engine';
import { nextSteps } from '../../src/report/next-steps.ts';
import { reportPage } from '../../src/report/page.ts';
import { paintFor, plain } from '../../src/report/paint.ts';
import { badgeOf, titleOf } from '../../src/report/rule-words.ts';
import { anEndpoint, aProblem, aReport } from './a-report.ts';

function page(problems: Problem[], endpoints = [anEndpoint()]) {
  return reportPage(
    aReport({ problems, services: [{ service: 'meetings-api', endpoints }] }),
    plain,
  );
}

describe('the table of endpoints', () => {
  test('shows calls, errors, quantiles, queries and hits under their titles', () => {
    const lines = page(
      [],
      [anEndpoint({ cacheHitRatio: 0.934, queriesPerCall: 12.04, errors: 3 })],
    ).split('\n');
    expect(lines[0]).toBe('meetings-api');
    expect(lines[1]!.trim().split(/\s{2,}/)).toEqual([
      'calls',
      'errors',
      'p50',
      'p95',
      'p99',
      'queries/call',
      'cache hits',
    ]);
    expect(lines[2]!.trim().split(/\s{2,}/)).toEqual([
      'GET /rooms',
      '120',
      '3',
      '1.2 ms',
      '40.0 ms',
      '1.25 s',
      '12',
      '93 %',
    ]);
    expect(lines[2]!.indexOf('93 %') + 4).toBe(lines[1]!.indexOf('cache hits') + 10);
  });

  test('shows a dash for what is not known', () => {
    const row = page(
      [],
      [anEndpoint({ p50Ms: null, p95Ms: null, p99Ms: null, queriesPerCall: null })],
    );
    expect(
      row
        .split('\n')[2]!
        .trim()
        .split(/\s{2,}/),
    ).toEqual(['GET /rooms', '120', '0', '–', '–', '–', '–', '–']);
  });

  test('marks slow endpoints and what else is wrong, of the same service only', () => {
    const endpoints = [
      anEndpoint({ endpoint: 'slow', slow: true }),
      anEndpoint({ endpoint: 'loop', problems: ['f1'] }),
      anEndpoint({ endpoint: 'both', slow: true, problems: ['f1'] }),
      anEndpoint({ endpoint: 'foreign', problems: ['f2'] }),
      anEndpoint({ endpoint: 'other rule', problems: ['f3'] }),
    ];
    const rows = page(
      [
        aProblem(),
        aProblem({ fingerprint: 'f2', service: 'directory' }),
        aProblem({ fingerprint: 'f3', rule: 'slow-query' }),
      ],
      endpoints,
    ).split('\n');
    const badges = rows.slice(2, 7).map((row) => row.split('–').at(-1)!.trim());
    expect(badges).toEqual(['SLOW', 'N+1', 'SLOW, N+1', '', 'SLOW QUERY']);
  });
});

describe('a problem', () => {
  const text = page([aProblem()]);

  test.each([
    [
      'what happened',
      'SELECT meetings ran 12 times in one request, one after another; seen in 84 requests.',
    ],
    ['where, as a path that can be clicked', 'src/routes/agenda.ts:14 in listAgenda'],
    ['who called', 'src/app.ts:3'],
    ['the trace', 'trace 0af7651916cd43dd8448eb211c80319c'],
    ['the query', 'select * from meetings where id = $1'],
    ['what it costs and may save', '30.0 ms of that request; about 27.5 ms less when repaired'],
    ['what to write', 'Fetch all rows in one query.'],
    ['both lines of the statement', '       select *\n       from meetings where id = ANY($1)'],
  ])('says %s', (_name, part) => {
    expect(text).toContain(part);
  });

  test('of things that are no statements says what they are of', () => {
    const loop = aProblem({ rule: 'n-plus-one-http', shape: 'GET http://users/:id' });
    expect(page([loop])).toMatch(/N\+1 HTTP|N\+1/);
    expect(page([loop])).toContain('   of        GET http://users/:id');
  });

  test('says of a statement that is not proved that it is not', () => {
    const advice = { text: 'Do.', statement: 'select 1', proof: 'unproved' } as const;
    expect(page([aProblem({ advice })])).toContain('       unproved: check that it gives the same');
    expect(page([aProblem()])).not.toContain('unproved');
  });

  test('names other endpoints with the same problem', () => {
    const endpoints = [
      anEndpoint({ endpoint: 'GET /teams/:id/agenda', problems: ['f1'] }),
      anEndpoint({ endpoint: 'GET /weeks', problems: ['f1'] }),
    ];
    expect(page([aProblem()], endpoints)).toContain('also in GET /weeks');
  });

  test('of an endpoint speaks of the whole request and leaves out what is not known', () => {
    const problem = aProblem({
      rule: 'slow-endpoint',
      repeats: null,
      shape: null,
      summary: null,
      callSite: null,
      callers: [],
      parallel: null,
      savingMs: null,
      advice: { text: 'Look at the trace.', statement: null, proof: null },
    });
    const block = page([problem]).split('\n\n').at(-2)!;
    expect(block).toContain('Slow endpoint in GET /teams/:id/agenda');
    expect(block).not.toMatch(/null|undefined|NaN|where|query/);
  });

  test('without a call site says so', () => {
    expect(page([aProblem({ callSite: null })])).toContain('the place in the code is not known');
  });

  test('comes in the order of the report, with a number', () => {
    const text = page([aProblem(), aProblem({ rule: 'slow-query', fingerprint: 'f2' })]);
    expect(text).toMatch(/2 problems, worst first[^]*1\. N\+1 query[^]*2\. Slow query/);
  });
});

test('says when there is nothing', () => {
  const empty = reportPage(aReport({ exported: { spans: 0, batches: 0 } }), plain);
  expect(empty).toContain('No spans came.');
  expect(empty).toContain('No problems found.');
});

test('says what was lost and why', () => {
  const lossy = aReport({
    dropped: { spans: 7, traces: 1, reasons: { queue_full: 7, forward_failed: 3 } },
  });
  expect(reportPage(aReport(), plain)).toContain(
    '1200 spans in 30 batches over 15.00 s; nothing lost.',
  );
  expect(reportPage(lossy, plain)).toContain(
    'lost: 7 spans and 1 trace (queue_full 7, forward_failed 3).',
  );
});

test('says what was suppressed and why', () => {
  const suppressed = { findings: 12, reasons: { baseline: 9, 'a nightly job': 3 } };
  expect(reportPage(aReport({ suppressed }), plain)).toContain(
    'Suppressed: 12 findings (baseline 9, a nightly job 3).',
  );
  expect(reportPage(aReport(), plain)).not.toContain('Suppressed');
});

test('every rule has a title and a badge of its own', () => {
  const names = rules.map(({ name }) => name);
  expect(new Set(names.map(badgeOf)).size).toBe(names.length);
  expect(new Set(names.map(titleOf)).size).toBe(names.length);
  const badges = ['n-plus-one-query', 'n-plus-one-http', 'duplicate-query', 'slow-endpoint'];
  expect(badges.map(badgeOf)).toEqual(['N+1', 'N+1 HTTP', 'DUPLICATE', 'SLOW']);
  expect(titleOf('of-another-version')).toBe('of-another-version');
});

test('colours a terminal only, and not with NO_COLOR', () => {
  const coloured = paintFor({ isTTY: true }, {});
  expect(coloured('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })('red', 'x')).toBe('x');
  expect(paintFor({}, {})('red', 'x')).toBe('x');
  expect(reportPage(aReport({ problems: [aProblem()] }), plain)).not.toContain('\u001b');
});

test('the next steps name the way to an own application', () => {
  expect(nextSteps(plain)).toContain('node --require @spandrel/bootstrap/register app.js');
});
