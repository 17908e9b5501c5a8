/** What a watcher has to report about the requests of `demo.ts`: no more of these rules, and no less. */

export interface ExpectedFinding {
  readonly rule: string;
  readonly endpoint: string;
  /** Of the innermost application frame, from the repository's root; null where none is promised. */
  readonly file: string | null;
  /** Of the same frame, as V8 names it (`CallSite.getFunctionName()`). */
  readonly function: string | null;
  /** Calls of the group in one request; null for the rules in `rulesByTime`. */
  readonly repeats: number | null;
}

const src = 'examples/meetings-api/src';

export const expectedFindings: readonly ExpectedFinding[] = [
  // The minutes ask two things in turns, so they are found twice.
  loop('GET /teams/:id/agenda', 'routes/agenda.ts', 'listAgenda', 12),
  loop('GET /buildings/:id/availability', 'repositories/rooms.ts', 'nextMeetingIn', 12),
  loop('GET /meetings/:id/participants', 'repositories/table.ts', 'findOne', 10),
  loop('GET /meetings/:id/minutes', 'repositories/notes.ts', 'findAuthor', 10),
  loop('GET /meetings/:id/minutes', 'repositories/notes.ts', 'findResponse', 10),
  loop('POST /meetings/:id/invitations', 'repositories/invitations.ts', 'inviteOneByOne', 12),
  {
    rule: 'duplicate-query',
    endpoint: 'GET /meetings/:id/summary',
    file: `${src}/repositories/users.ts`,
    function: 'getUser',
    repeats: 3,
  },
  {
    rule: 'large-result',
    endpoint: 'GET /usage',
    file: `${src}/repositories/usage.ts`,
    function: 'allUsage',
    repeats: 1,
  },
  {
    rule: 'n-plus-one-http',
    endpoint: 'GET /meetings/:id/contacts',
    file: `${src}/directory-client.ts`,
    function: 'getJson',
    repeats: 10,
  },
  {
    rule: 'error-burst',
    endpoint: 'GET /meetings/:id/presence',
    file: `${src}/directory-client.ts`,
    function: 'getJson',
    repeats: 10,
  },
  {
    rule: 'retry-storm',
    endpoint: 'GET /users/:id/presence',
    file: `${src}/directory-client.ts`,
    function: 'getJson',
    repeats: 6,
  },
  {
    rule: 'cache-stampede',
    endpoint: 'GET /meetings/:id/overview',
    file: `${src}/repositories/dashboard.ts`,
    function: 'countOrganized',
    repeats: 4,
  },
  // A read of a cache has no span of its own, and one call in a transaction does not repeat.
  {
    rule: 'n-plus-one-cache',
    endpoint: 'GET /buildings/:id/rooms',
    file: null,
    function: null,
    repeats: 12,
  },
  {
    rule: 'http-in-transaction',
    endpoint: 'PATCH /meetings/:id/organizer',
    file: null,
    function: null,
    repeats: 1,
  },
  {
    rule: 'serial-queries',
    endpoint: 'GET /users/:id/dashboard',
    file: null,
    function: null,
    repeats: null,
  },
  {
    rule: 'pool-wait',
    endpoint: 'GET /reports/usage',
    file: null,
    function: null,
    repeats: null,
  },
];

/**
 * Rules about time. On a busy machine they may find more, on other routes and repaired ones too;
 * where they are expected, the routes' work is chosen well above their limits.
 */
export const rulesByTime: ReadonlySet<string> = new Set([
  'slow-query',
  'slow-http',
  'slow-endpoint',
  'serial-queries',
  'pool-wait',
  'long-transaction',
]);

/** Found by its time where the table is large: `MEETINGS_SCALE=big`. */
export const slowSearch: Omit<ExpectedFinding, 'repeats'> = {
  rule: 'slow-query',
  endpoint: 'GET /notes/search',
  file: `${src}/repositories/note-search.ts`,
  function: 'searchByPattern',
};

function loop(endpoint: string, file: string, name: string, repeats: number): ExpectedFinding {
  return { rule: 'n-plus-one-query', endpoint, file: `${src}/${file}`, function: name, repeats };
}
