/** What a watcher has to report about the requests of `demo.ts`: no more of these rules, and no less. */

export interface ExpectedFinding {
  readonly rule: string;
  readonly endpoint: string;
  /** Of the innermost application frame, from the repository's root. */
  readonly file: string;
  /** Of the same frame, as V8 names it (`CallSite.getFunctionName()`). */
  readonly function: string;
  /** Calls of one shape in one request. */
  readonly repeats: number;
}

const src = 'examples/meetings-api/src';

/** The looping routes. The minutes ask two things in turns, so they are found twice. */
export const expectedFindings: readonly ExpectedFinding[] = [
  loop('GET /teams/:id/agenda', 'routes/agenda.ts', 'listAgenda', 12),
  loop('GET /buildings/:id/availability', 'repositories/rooms.ts', 'nextMeetingIn', 12),
  loop('GET /meetings/:id/participants', 'repositories/table.ts', 'findOne', 10),
  loop('GET /meetings/:id/minutes', 'repositories/notes.ts', 'findAuthor', 10),
  loop('GET /meetings/:id/minutes', 'repositories/notes.ts', 'findResponse', 10),
  loop('POST /meetings/:id/invitations', 'repositories/invitations.ts', 'inviteOneByOne', 12),
];

/** Found by its time where the table is large: `MEETINGS_SCALE=big`. */
export const slowSearch: Omit<ExpectedFinding, 'repeats'> = {
  rule: 'slow-query',
  endpoint: 'GET /notes/search',
  file: `${src}/repositories/note-search.ts`,
  function: 'searchByPattern',
};

/** For rules that do not exist yet. */
export const expectedLater: readonly ExpectedFinding[] = [
  {
    rule: 'n-plus-one-http',
    endpoint: 'GET /meetings/:id/contacts',
    file: `${src}/directory-client.ts`,
    function: 'getJson',
    repeats: 10,
  },
  {
    rule: 'duplicate-query',
    endpoint: 'GET /meetings/:id/summary',
    file: `${src}/repositories/users.ts`,
    function: 'getUser',
    repeats: 3,
  },
  {
    rule: 'serial-queries',
    endpoint: 'GET /users/:id/dashboard',
    file: `${src}/repositories/dashboard.ts`,
    function: 'countOrganized',
    repeats: 4,
  },
];

function loop(endpoint: string, file: string, name: string, repeats: number): ExpectedFinding {
  return { rule: 'n-plus-one-query', endpoint, file: `${src}/${file}`, function: name, repeats };
}
