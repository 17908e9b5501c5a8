import type { EndpointReport, Problem, Report } from '@spandrel/engine';

export function anEndpoint(given: Partial<EndpointReport> = {}): EndpointReport {
  return {
    endpoint: 'GET /rooms',
    calls: 120,
    errors: 0,
    p50Ms: 1.24,
    p95Ms: 40,
    p99Ms: 1250,
    maxMs: 1300,
    queriesPerCall: 1,
    cacheHitRatio: null,
    slow: false,
    problems: [],
    ...given,
  };
}

export function aProblem(given: Partial<Problem> = {}): Problem {
  return {
    rule: 'n-plus-one-query',
    message: 'SELECT meetings ran 12 times in one request, one after another',
    fingerprint: 'f1',
    severity: 'warning',
    confidence: 'medium',
    service: 'meetings-api',
    endpoint: 'GET /teams/:id/agenda',
    occurrences: 84,
    firstSeenMs: 1,
    lastSeenMs: 2,
    repeats: 12,
    shape: 'select * from meetings where id = $1',
    summary: 'SELECT meetings',
    callSite: { file: 'src/routes/agenda.ts', line: 14, function: 'listAgenda' },
    callers: [{ file: 'src/app.ts', line: 3, function: null }],
    parallel: false,
    costMs: 30,
    savingMs: 27.5,
    advice: {
      text: 'Fetch all rows in one query.',
      statement: 'select *\nfrom meetings where id = ANY($1)',
      proof: 'proved',
    },
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanIds: ['a', 'b'],
    ...given,
  };
}

export function aReport(given: Partial<Report> = {}): Report {
  return {
    version: 1,
    durationMs: 15_000,
    services: [],
    problems: [],
    suppressed: { findings: 0, reasons: {} },
    exported: { spans: 1200, batches: 30 },
    dropped: { spans: 0, traces: 0, reasons: {} },
    ...given,
  };
}
