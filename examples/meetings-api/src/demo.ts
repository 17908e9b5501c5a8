/** What the demo driver sends to the service, as plain data. Paths are below the service's address. */

export interface DemoRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: object;
  /** How often it is sent, relative to the others of its phase. */
  readonly weight: number;
}

export interface DemoPhase {
  readonly name: 'problems' | 'repaired' | 'mixed';
  readonly requests: readonly DemoRequest[];
}

/** One problem and its repair: the same answer by two routes. */
export interface DemoPair {
  readonly problem: DemoRequest;
  readonly repaired: DemoRequest;
}

export interface DemoService {
  readonly name: string;
  /** From the repository's root. */
  readonly entry: string;
  /** The environment variable by which the other services learn its address. */
  readonly addressVariable?: string;
}

/** Ids from the regular part of the rows (see `database/rows.ts`), so that the counts are exact. */
export const pairs: readonly DemoPair[] = [
  get('/teams/3/agenda', '/batched', '?from=2026-03-02'),
  get('/buildings/2/availability', '/batched', '?at=2026-03-02'),
  get('/meetings/11/participants', '/batched'),
  get('/meetings/12/minutes', '/joined'),
  invite('/meetings/90/invitations', '/batched'),
  get('/notes/search', '/indexed', '?q=lighthouse'),
  get('/meetings/13/summary', '/once'),
  get('/users/14/dashboard', '/parallel'),
  get('/meetings/15/contacts', '/batched'),
];

const problems = pairs.map(({ problem }) => problem);
const repaired = pairs.map(({ repaired }) => repaired);

/** Routes without a problem, beside which the others show. */
const healthy: readonly DemoRequest[] = [
  { method: 'GET', path: '/meetings?page=2&size=20', weight: 2 },
  { method: 'GET', path: '/meetings/16', weight: 3 },
  { method: 'GET', path: '/rooms', weight: 3 },
  { method: 'PATCH', path: '/rooms/5', body: { capacity: 12 }, weight: 1 },
];

export const phases: readonly DemoPhase[] = [
  { name: 'problems', requests: [...problems, ...healthy] },
  { name: 'repaired', requests: [...repaired, ...healthy] },
  { name: 'mixed', requests: [...problems, ...repaired, ...healthy] },
];

/** Send it first; then every request carries `header: <scheme> <the answer's token>`. */
export const login = Object.freeze({
  method: 'POST',
  path: '/login',
  body: { email: 'user1@example.com', password: 'correct horse battery staple' },
  tokenField: 'token',
  header: 'authorization',
  scheme: 'Bearer',
});

/** Starts the embedded database and sends `{ type: 'ready', url, label }` over IPC. */
export const databaseEntry = 'examples/meetings-api/src/database/main.ts';

/** In the order of their start. Each sends `{ type: 'ready', url }` over IPC. */
export const services: readonly DemoService[] = [
  {
    name: 'directory',
    entry: 'examples/meetings-api/src/directory-service.ts',
    addressVariable: 'DIRECTORY_URL',
  },
  { name: 'meetings-api', entry: 'examples/meetings-api/src/service.ts' },
];

function get(path: string, repair: string, query = ''): DemoPair {
  return {
    problem: { method: 'GET', path: path + query, weight: 2 },
    repaired: { method: 'GET', path: path + repair + query, weight: 2 },
  };
}

function invite(path: string, repair: string): DemoPair {
  const body = { userIds: Array.from({ length: 12 }, (_, i) => 200 + i) };
  return {
    problem: { method: 'POST', path, body, weight: 1 },
    repaired: { method: 'POST', path: path + repair, body, weight: 1 },
  };
}
