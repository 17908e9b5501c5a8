import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '../src/judge.ts';
import { Ledger, otherEndpoints } from '../src/ledger.ts';
import { resolveEngineOptions } from '../src/options.ts';
import type { EngineOptions } from '../src/options.ts';
import type { Finding, Problem } from '../src/types.ts';
import { aTrace, noteById, someDayMs } from './build.ts';

const aLedger = (options: EngineOptions = {}): Ledger => new Ledger(resolveEngineOptions(options));

function aVerdict(given: Partial<Verdict> = {}): Verdict {
  return { ...aTrace().judged(), durationMs: 10, ...given };
}

const site = { file: 'src/notes.ts', line: 12, function: 'listNotes' };

function aFinding(given: Partial<Finding> = {}): Finding {
  const [finding] = aTrace().withQueries(5, noteById).findings();
  const fingerprint = given.callSite ? `sited ${given.callSite.function}` : 'siteless';
  return { ...finding!, fingerprint, ...given };
}

/** Records findings, a verdict each, a second apart, and gives the problems of the report. */
function problemsAfter(ledger: Ledger, ...findings: Finding[]): readonly Problem[] {
  for (const [n, finding] of findings.entries()) {
    const verdict = aVerdict({ findings: [finding], endpoint: finding.endpoint });
    ledger.record('app', verdict, someDayMs + n * 1000);
  }
  return ledger.report(someDayMs).problems;
}

describe('the row of an endpoint', () => {
  test('holds calls, errors, quantiles and averages', () => {
    const ledger = aLedger({ slowEndpointMs: 90 });
    for (let n = 1; n <= 100; n++) {
      const isError = n % 10 === 0;
      const verdict = aVerdict({ durationMs: n, isError, queryCount: 3, cacheHitCount: 1 });
      ledger.record('app', { ...verdict, cacheMissCount: n % 2 }, someDayMs);
    }
    const { services } = ledger.report(someDayMs + 1000);
    expect(services).toEqual([
      {
        service: 'app',
        endpoints: [
          {
            endpoint: 'GET /meetings',
            calls: 100,
            errors: 10,
            p50Ms: expect.closeTo(50, 0),
            p95Ms: expect.closeTo(95, 0),
            p99Ms: expect.closeTo(99, 0),
            maxMs: 100,
            queriesPerCall: 3,
            cacheHitRatio: expect.closeTo(2 / 3),
            slow: true,
            problems: [],
          },
        ],
      },
    ]);
  });

  test('has null for what is not known', () => {
    const ledger = aLedger();
    ledger.record('app', aVerdict({ hasRoot: false, queryCount: 2 }), someDayMs);
    expect(ledger.quantiles('app', 'GET /meetings', someDayMs)).toMatchObject({
      calls: 0,
      p50Ms: null,
      maxMs: null,
      queriesPerCall: null,
      cacheHitRatio: null,
      slow: false,
    });
    expect(ledger.quantiles('app', 'GET /none', someDayMs)).toBeUndefined();
  });

  test('slides: quantiles are of the window, counts of the whole time', () => {
    const ledger = aLedger({ windowMs: 60_000 });
    ledger.record('app', aVerdict({ durationMs: 500 }), someDayMs);
    ledger.record('app', aVerdict({ durationMs: 5 }), someDayMs + 90_000);
    expect(ledger.quantiles('app', 'GET /meetings', someDayMs + 90_000)).toMatchObject({
      calls: 2,
      maxMs: 5,
    });
  });

  test('is shared as (other) beyond the cap, which is counted, service by service', () => {
    const ledger = aLedger({ maxEndpoints: 2 });
    for (const endpoint of ['a', 'b', 'c', 'd', 'a']) {
      ledger.record('app', aVerdict({ endpoint }), someDayMs);
    }
    ledger.record('job', aVerdict({ endpoint: 'x' }), someDayMs);
    const { services } = ledger.report(someDayMs);
    const rows = services.map(({ service, endpoints }) => [
      service,
      ...endpoints.map(({ endpoint, calls }) => `${endpoint} ${calls}`),
    ]);
    expect(rows).toEqual([
      ['app', 'a 2', 'b 1', `${otherEndpoints} 2`],
      ['job', `${otherEndpoints} 1`],
    ]);
    expect(ledger.overflow).toEqual({ maxEndpoints: 3 });
  });

  test('is bounded for any number of services too', () => {
    const ledger = aLedger({ maxEndpoints: 5 });
    for (let n = 0; n < 1000; n++) {
      ledger.record(`service ${n}`, aVerdict({ endpoint: `e${n}` }), someDayMs);
    }
    const { services } = ledger.report(someDayMs);
    expect(services.length).toBeLessThanOrEqual(11);
    const calls = services.flatMap(({ endpoints }) => endpoints).map((row) => row.calls);
    expect(calls.reduce((sum, count) => sum + count, 0)).toBe(1000);
  });
});

describe('a problem', () => {
  test('counts its occurrences and keeps the trace with the most evidence', () => {
    const [problem, ...others] = problemsAfter(
      aLedger(),
      aFinding({ repeats: 5, traceId: 'first' }),
      aFinding({ repeats: 9, traceId: 'most', severity: 'error' }),
      aFinding({ repeats: 7, traceId: 'last' }),
    );
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      service: 'app',
      occurrences: 3,
      firstSeenMs: someDayMs,
      lastSeenMs: someDayMs + 2000,
      repeats: 9,
      traceId: 'most',
      severity: 'error',
    });
  });

  test('of equal count keeps the costlier trace, and the worst severity ever seen', () => {
    const [problem] = problemsAfter(
      aLedger(),
      aFinding({ costMs: 5, traceId: 'cheap', severity: 'critical' }),
      aFinding({ costMs: 8, traceId: 'dear' }),
    );
    expect(problem).toMatchObject({ traceId: 'dear', severity: 'critical' });
  });

  test('is new once, service by service', () => {
    const ledger = aLedger();
    const verdict = aVerdict({ findings: [aFinding()] });
    const isNew = (service: string): boolean =>
      ledger.record(service, verdict, someDayMs).firstSeen.has('siteless');
    expect([isNew('app'), isNew('app'), isNew('job'), isNew('job')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('stands with the worst first: by severity, then by what it cost in all', () => {
    const problems = problemsAfter(
      aLedger(),
      aFinding({ fingerprint: 'dear', costMs: 100, severity: 'warning' }),
      aFinding({ fingerprint: 'worst', costMs: 1, severity: 'critical' }),
      aFinding({ fingerprint: 'often', costMs: 60, severity: 'warning' }),
      aFinding({ fingerprint: 'often', costMs: 60, severity: 'warning' }),
    );
    expect(problems.map(({ fingerprint }) => fingerprint)).toEqual(['worst', 'often', 'dear']);
  });

  test('beyond the cap is not remembered, and counted', () => {
    const ledger = aLedger({ maxProblems: 2 });
    const findings = ['a', 'b', 'c', 'a', 'c'].map((fingerprint) => aFinding({ fingerprint }));
    expect(problemsAfter(ledger, ...findings)).toHaveLength(2);
    expect(ledger.overflow).toEqual({ maxProblems: 2 });
    expect(ledger.report(someDayMs).services[0]?.endpoints[0]?.problems).toEqual(['a', 'b']);
  });

  test('findings over the cap of a trace are counted', () => {
    const ledger = aLedger();
    ledger.record('app', aVerdict({ findingsDropped: 3 }), someDayMs);
    expect(ledger.overflow).toEqual({ maxFindingsPerTrace: 3 });
  });
});

test('what was suppressed is in no problem, and counted by its reason', () => {
  const ledger = aLedger();
  const finding = aFinding();
  const suppressed = ['known', 'known', 'wanted'].map((reason) => ({ finding, reason }));
  ledger.record('app', aVerdict({ suppressed }), someDayMs);
  expect(ledger.report(someDayMs)).toMatchObject({
    problems: [],
    suppressed: { findings: 3, reasons: { known: 2, wanted: 1 } },
  });
  // Reasons come from code: they may be endless.
  for (let n = 0; n < 500; n++) {
    ledger.record('app', aVerdict({ suppressed: [{ finding, reason: `${n}` }] }), someDayMs);
  }
  const { findings, reasons } = ledger.report(someDayMs).suppressed;
  expect([findings, Object.keys(reasons).length, reasons['(other)']]).toEqual([503, 101, 402]);
});

test('findings over several services are kept with the service that called', () => {
  const ledger = aLedger();
  const findings = [{ service: 'front', finding: aFinding({ rule: 'n-plus-one-remote' }) }];
  const suppressed = [{ service: 'front', finding: aFinding(), reason: 'known' }];
  const { firstSeen } = ledger.recordWhole({ findings, suppressed, nearest: [] }, someDayMs);
  expect([...firstSeen]).toEqual(['siteless']);
  expect(ledger.report(someDayMs)).toMatchObject({
    services: [{ service: 'front', endpoints: [{ problems: ['siteless'], calls: 0 }] }],
    problems: [{ service: 'front', rule: 'n-plus-one-remote' }],
    suppressed: { findings: 1 },
  });
});

describe('the baseline of an endpoint', () => {
  const record = (ledger: Ledger, count: number, durationMs: number, atMs: number): void => {
    for (let n = 0; n < count; n++) ledger.record('app', aVerdict({ durationMs }), atMs);
  };
  const baselineAt = (ledger: Ledger, atMs: number): unknown =>
    ledger.baselineOf('app', 'GET /meetings', atMs);

  test('is unknown until the endpoint had its calls', () => {
    const ledger = aLedger({ minBaselineCalls: 20 });
    expect(baselineAt(ledger, someDayMs)).toBeNull();
    record(ledger, 19, 10, someDayMs);
    expect(baselineAt(ledger, someDayMs)).toBeNull();
    record(ledger, 1, 10, someDayMs);
    expect(baselineAt(ledger, someDayMs)).toEqual({ calls: 20, p95Ms: 10 });
    expect(ledger.baselineOf('other', 'GET /meetings', someDayMs)).toBeNull();
  });

  test('follows the hour, and does not know what is older', () => {
    const ledger = aLedger({ minBaselineCalls: 20 });
    record(ledger, 100, 10, someDayMs);
    record(ledger, 100, 40, someDayMs + 1_800_000);
    expect(baselineAt(ledger, someDayMs + 1_800_000)).toMatchObject({ calls: 200 });
    expect(baselineAt(ledger, someDayMs + 4_000_000)).toEqual({ calls: 100, p95Ms: 40 });
    expect(baselineAt(ledger, someDayMs + 9_000_000)).toBeNull();
  });

  test('is as old as a minute or a fifth of its calls, so that it can be asked every time', () => {
    const ledger = aLedger({ minBaselineCalls: 100 });
    record(ledger, 100, 10, someDayMs);
    baselineAt(ledger, someDayMs);
    record(ledger, 24, 500, someDayMs);
    expect(baselineAt(ledger, someDayMs)).toEqual({ calls: 100, p95Ms: 10 });
    record(ledger, 1, 500, someDayMs);
    expect(baselineAt(ledger, someDayMs)).toEqual({ calls: 125, p95Ms: 500 });
  });
});

describe('one bug is one problem, with and without its call site', () => {
  const sited = aFinding({ callSite: site, traceId: 'sited' });
  const endpointProblems = (ledger: Ledger): unknown =>
    ledger
      .report(someDayMs)
      .services.flatMap(({ endpoints }) => endpoints)
      .map(({ endpoint, problems }) => [endpoint, ...problems]);

  test('a finding without a site joins the problem that has one', () => {
    const ledger = aLedger();
    const [problem, ...others] = problemsAfter(
      ledger,
      sited,
      aFinding({ repeats: 50, severity: 'error', traceId: 'more, but where?' }),
    );
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      fingerprint: 'sited listNotes',
      callSite: site,
      occurrences: 2,
      traceId: 'sited',
      severity: 'error',
      lastSeenMs: someDayMs + 1000,
    });
    expect(endpointProblems(ledger)).toEqual([['GET /meetings', 'sited listNotes']]);
  });

  test('the first finding with a site takes over the problem without one', () => {
    const ledger = aLedger();
    const [problem, ...others] = problemsAfter(
      ledger,
      aFinding({ severity: 'critical' }),
      aFinding(),
      aFinding({ fingerprint: 'siteless, other ancestor' }),
      sited,
      aFinding(),
    );
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      fingerprint: 'sited listNotes',
      callSite: site,
      occurrences: 5,
      firstSeenMs: someDayMs,
      lastSeenMs: someDayMs + 4000,
      severity: 'critical',
      traceId: 'sited',
    });
    expect(endpointProblems(ledger)).toEqual([['GET /meetings', 'sited listNotes']]);
  });

  test('also where the site is known from another endpoint already', () => {
    const ledger = aLedger();
    const problems = problemsAfter(
      ledger,
      aFinding({ callSite: site, endpoint: 'GET /other' }),
      aFinding({ endpoint: 'GET /meetings' }),
      aFinding({ callSite: site, endpoint: 'GET /meetings' }),
    );
    expect(problems).toMatchObject([{ occurrences: 3, firstSeenMs: someDayMs }]);
    expect(endpointProblems(ledger)).toEqual([
      ['GET /other', 'sited listNotes'],
      ['GET /meetings', 'sited listNotes'],
    ]);
  });

  test('but not across services, rules, shapes and endpoints', () => {
    const ledger = aLedger();
    ledger.record('other service', aVerdict({ findings: [sited] }), someDayMs);
    const problems = problemsAfter(
      ledger,
      aFinding({ fingerprint: '1' }),
      aFinding({ callSite: site, rule: 'slow-query', fingerprint: '2' }),
      aFinding({ callSite: site, shape: 'another', fingerprint: '3' }),
      aFinding({ callSite: site, endpoint: 'GET /other', fingerprint: '4' }),
    );
    expect(problems).toHaveLength(5);
  });

  test('two places with one shape stay two problems', () => {
    const other = { ...site, function: 'exportNotes' };
    const problems = problemsAfter(
      aLedger(),
      aFinding(),
      sited,
      aFinding({ callSite: other }),
      aFinding(),
    );
    expect(problems.map(({ callSite, occurrences }) => [callSite?.function, occurrences])).toEqual([
      ['listNotes', 3],
      ['exportNotes', 1],
    ]);
  });

  test('a fingerprint is told as new when its site is, and not when it joins', () => {
    const ledger = aLedger();
    const firstSeen = [aFinding(), sited, aFinding(), sited].map((finding) => [
      ...ledger.record('app', aVerdict({ findings: [finding] }), someDayMs).firstSeen,
    ]);
    expect(firstSeen).toEqual([['siteless'], ['sited listNotes'], [], []]);
  });

  test('taking over needs no room of its own', () => {
    const ledger = aLedger({ maxProblems: 1 });
    expect(problemsAfter(ledger, aFinding(), sited)).toMatchObject([{ occurrences: 2 }]);
    expect(ledger.overflow).toEqual({});
  });
});

test('a report holds its time, and what the door says of the transport', () => {
  const ledger = aLedger();
  ledger.begin(someDayMs);
  ledger.begin(someDayMs + 500);
  const transport = {
    exported: { spans: 5, batches: 1 },
    dropped: { spans: 2, traces: 0, reasons: { full: 2 } },
  };
  expect(ledger.report(someDayMs + 2000, transport)).toEqual({
    version: 1,
    durationMs: 2000,
    services: [],
    problems: [],
    suppressed: { findings: 0, reasons: {} },
    ...transport,
  });
  expect(aLedger().report(someDayMs)).toMatchObject({
    durationMs: 0,
    exported: { spans: 0, batches: 0 },
    dropped: { spans: 0, traces: 0, reasons: {} },
  });
});
