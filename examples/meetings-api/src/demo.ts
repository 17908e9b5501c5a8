/** What the demo driver sends to the service, as plain data. Paths are below the service's address. */

export interface DemoRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Sent in turn, because users do not all ask for the same. */
  readonly paths: readonly [string, ...string[]];
  readonly body?: object;
  /** How often it is sent, relative to the others of its phase. */
  readonly weight: number;
}

export interface DemoPhase {
  readonly name: 'problems' | 'repaired' | 'mixed';
  readonly requests: readonly DemoRequest[];
}

/** One problem and its repair: the same answers by two routes, path by path. */
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

const demoPassword = 'correct horse battery staple';

/** Ids from the regular part of the rows (see `database/rows.ts`), so that the counts are exact. */
const meetings = numbers(11, 80);
const users = numbers(11, 80);
const days = numbers(1, 28);

const agendas = numbers(0, 23).flatMap((hour) =>
  numbers(1, 5).map((team) => `/teams/${team}/agenda?from=2026-03-03T${twoDigits(hour)}:00Z`),
);
const availabilities = days.flatMap((day) =>
  numbers(1, 5).map(
    (building) => `/buildings/${building}/availability?at=2026-04-${twoDigits(day)}`,
  ),
);
// Twenty notes hold the word.
const searches = numbers(1, 10).flatMap((size) =>
  numbers(1, Math.floor(20 / size)).map(
    (page) => `/notes/search?q=lighthouse&size=${size}&page=${page}`,
  ),
);
const usages = [
  ...numbers(15, 30).map((day) => `/usage?from=2026-04-${day}`),
  ...numbers(1, 20).map((day) => `/usage?from=2026-05-${twoDigits(day)}`),
];
const organizers = numbers(91, 98).map((id) => `/meetings/${id}/organizer`);
const reports = numbers(10, 29).map((day) => `/reports/usage?from=2026-03-${day}`);

export const pairs: readonly DemoPair[] = [
  get(agendas, '/batched'),
  get(availabilities, '/batched'),
  get(ofMeetings('/participants'), '/batched'),
  get(ofMeetings('/minutes'), '/joined'),
  send('POST', ['/meetings/90/invitations'], '/batched', { userIds: numbers(200, 211) }),
  get(searches, '/indexed'),
  get(ofMeetings('/summary'), '/once'),
  get(ofUsers('/dashboard'), '/parallel'),
  get(ofMeetings('/contacts'), '/batched'),
  get(['/buildings/3/rooms'], '/together'),
  get(ofMeetings('/overview'), '/single-flight', 1),
  get(reports, '/together', 1),
  get(ofUsers('/presence'), '/asked-once'),
  get(ofMeetings('/presence'), '/batched'),
  get(usages, '/summed'),
  send('PATCH', organizers, '/asked-first', { userId: 81 }),
];

const problems = pairs.map(({ problem }) => problem);
const repaired = pairs.map(({ repaired }) => repaired);

/** Routes without a problem, beside which the others show. */
const healthy: readonly DemoRequest[] = [
  {
    method: 'GET',
    paths: pathsOf(numbers(1, 50).map((page) => `/meetings?page=${page}&size=20`)),
    weight: 4,
  },
  { method: 'GET', paths: ['/meetings/16'], weight: 6 },
  { method: 'GET', paths: ['/rooms'], weight: 6 },
  { method: 'PATCH', paths: ['/rooms/5'], body: { capacity: 12 }, weight: 2 },
];

export const phases: readonly DemoPhase[] = [
  { name: 'problems', requests: [...problems, ...healthy] },
  { name: 'repaired', requests: [...repaired, ...healthy] },
  { name: 'mixed', requests: [...problems, ...repaired.map(fromTheMiddle), ...healthy] },
];

/** Send it first; then every request carries `header: <scheme> <the answer's token>`. */
export const login = Object.freeze({
  method: 'POST',
  path: '/login',
  body: { email: 'user1@example.com', password: demoPassword },
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

function get(paths: readonly string[], repair: string, weight = 4): DemoPair {
  return {
    problem: { method: 'GET', paths: pathsOf(paths), weight },
    repaired: { method: 'GET', paths: pathsOf(paths, repair), weight },
  };
}

function send(
  method: 'POST' | 'PATCH',
  paths: readonly string[],
  repair: string,
  body: object,
): DemoPair {
  return {
    problem: { method, paths: pathsOf(paths), body, weight: 1 },
    repaired: { method, paths: pathsOf(paths, repair), body, weight: 1 },
  };
}

/** So that the two of a pair do not ask for the same at the same time: one would wait for the other's lock. */
function fromTheMiddle(request: DemoRequest): DemoRequest {
  const middle = Math.floor(request.paths.length / 2);
  const turned = [...request.paths.slice(middle), ...request.paths.slice(0, middle)];
  return { ...request, paths: pathsOf(turned) };
}

/** With `repair` put behind the path, before the query string. */
function pathsOf(paths: readonly string[], repair = ''): [string, ...string[]] {
  const [first = '', ...others] = paths.map((path) => path.replace(/(?=\?)|$/, repair));
  return [first, ...others];
}

function ofMeetings(route: string): string[] {
  return meetings.map((id) => `/meetings/${id}${route}`);
}

function ofUsers(route: string): string[] {
  return users.map((id) => `/users/${id}${route}`);
}

/** From `first` to `last`, both included. */
function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
