import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Cache, createCache } from '@spandrel/cache';
import type { Pool } from 'pg';
import { createApp } from '../src/app.ts';
import { createPool, createReportPool, inSchema } from '../src/database/pool.ts';
import { type DemoPair, type DemoRequest, pairs, phases } from '../src/demo.ts';
import { createDirectoryApp } from '../src/directory-app.ts';
import { DirectoryClient } from '../src/directory-client.ts';
import { expectedFindings, slowSearch } from '../src/expected-findings.ts';
import { listen, type RunningServer } from '../src/server.ts';
import { logIn } from './client.ts';
import { type DemoDatabase, openDemoDatabase } from './demo-database.ts';
import type { Room } from '../src/repositories/types.ts';
import { type SeenQuery, watchQueries } from './watched-pool.ts';

// A real database and real work, on however slow a machine.
jest.setTimeout(60_000);

let database: DemoDatabase;
let pool: Pool;
let reportPool: Pool;
let cache: Cache;
let queries: SeenQuery[];
let directory: RunningServer;
/** Each with the text of the query sent last before it. */
let directoryRequests: { path: string; after: string | undefined }[];
let service: RunningServer;
let send: Awaited<ReturnType<typeof logIn>>;
const reported: Error[] = [];

beforeAll(async () => {
  database = await openDemoDatabase('routes');
  const url = inSchema(database.url, database.schema);
  pool = createPool(url);
  reportPool = createReportPool(url);
  queries = watchQueries([pool, reportPool]);

  directoryRequests = [];
  const directoryApp = createDirectoryApp();
  directory = await listen((request, response) => {
    directoryRequests.push({ path: request.url ?? '', after: queries.at(-1)?.text });
    directoryApp(request, response);
  }, 0);

  cache = createCache({ name: 'meetings' });
  const app = createApp({
    pool,
    reportPool,
    cache,
    directory: new DirectoryClient(directory.url),
    report: (error) => reported.push(error),
  });
  service = await listen(app, 0);
  send = await logIn(service.url);
}, 60_000);

afterAll(async () => {
  await service?.close();
  await directory?.close();
  await pool?.end();
  await reportPool?.end();
  await database?.close();
}, 60_000);

beforeEach(() => {
  queries.length = 0;
  directoryRequests.length = 0;
});

/** Sends a request of the demo with the path whose turn it is. */
function ask({ method, paths, body }: DemoRequest, turn = 0) {
  return send(method, paths[turn % paths.length] ?? '', body);
}

/** `GET /meetings/11/minutes?x=1` as the route it meets: ids become `:id`. */
function endpointOf({ method, paths }: DemoRequest): string {
  return `${method} ${paths[0].split('?')[0]?.replace(/\/\d+/g, '/:id')}`;
}

function pairAt(endpoint: string): DemoPair {
  const found = pairs.find(({ problem }) => endpointOf(problem) === endpoint);
  if (!found) throw new Error(`no request of the demo meets ${endpoint}`);
  return found;
}

function problemAt(endpoint: string): DemoRequest {
  return pairAt(endpoint).problem;
}

function countByText(seen: readonly SeenQuery[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of seen) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

describe('a problem and its repair', () => {
  for (const { problem, repaired } of pairs) {
    test(`answer the same: ${endpointOf(problem)}`, async () => {
      expect(repaired.paths).toHaveLength(problem.paths.length);
      for (const turn of [0, problem.paths.length - 1]) {
        const first = await ask(problem, turn);
        expect(first.status).toBe(200);
        expect(await ask(repaired, turn)).toEqual(first);
        expect(JSON.stringify(first.body).length).toBeGreaterThan(50);
      }
    });
  }

  for (const { repaired } of pairs) {
    test(`the repair repeats no query: ${endpointOf(repaired)}`, async () => {
      await ask(repaired);
      expect(Math.max(...countByText(queries).values())).toBeLessThan(3);
      expect(directoryRequests.length).toBeLessThan(2);
    });
  }
});

describe('what a watcher has to find', () => {
  const loops = expectedFindings.filter(({ rule }) => rule === 'n-plus-one-query');

  for (const { endpoint, file, function: name, repeats } of loops) {
    test(`${endpoint} issues ${repeats} queries of one text from ${name}`, async () => {
      await ask(problemAt(endpoint));
      const ofSite = queries.filter((query) => query.file === file && query.function === name);
      expect([...countByText(ofSite).values()]).toEqual([repeats]);
    });
  }

  test('is complete: no other request of the demo repeats a query', async () => {
    for (const request of phases.flatMap((phase) => phase.requests)) {
      const expected = loops.filter(({ endpoint }) => endpoint === endpointOf(request));
      queries.length = 0;
      await ask(request);
      const repeated = [...countByText(queries).values()].filter((count) => count >= 5);
      expect({ request, repeated }).toEqual({ request, repeated: expected.map((e) => e.repeats) });
    }
  });

  test('is the same every time', async () => {
    const counted = async (request: DemoRequest, turn: number) => {
      queries.length = 0;
      await ask(request, turn);
      return countByText(queries);
    };
    for (const { problem } of pairs) {
      await ask(problem, 1); // from here on what is cached is in the cache
      expect(await counted(problem, 1)).toEqual(await counted(problem, 1));
    }
  });

  test('loops ask with another id each time', async () => {
    const { body } = await ask(problemAt('GET /meetings/:id/minutes'));
    const authors = (body as { minutes: { author_id: number }[] }).minutes.map((m) => m.author_id);
    expect(new Set(authors).size).toBe(authors.length);
  });

  test('the search sends its one query from the place that is written down', async () => {
    await ask(problemAt(slowSearch.endpoint));
    expect(queries).toMatchObject([{ file: slowSearch.file, function: slowSearch.function }]);
  });
});

describe('problems of other kinds than a loop of queries', () => {
  test('the contacts ask the directory ten times, repaired once', async () => {
    const { problem, repaired } = pairAt('GET /meetings/:id/contacts');
    await ask(problem);
    expect(new Set(directoryRequests.map(({ path }) => path)).size).toBe(10);
    directoryRequests.length = 0;
    await ask(repaired);
    expect(directoryRequests).toHaveLength(1);
  });

  test('the summary loads one user three times, repaired once', async () => {
    const { problem, repaired } = pairAt('GET /meetings/:id/summary');
    const lookUps = () => queries.filter(({ function: name }) => name === 'getUser').length;
    await ask(problem);
    expect(lookUps()).toBe(3);
    queries.length = 0;
    await ask(repaired);
    expect(lookUps()).toBe(1);
  });

  test('the dashboard asks four different things', async () => {
    await ask(problemAt('GET /users/:id/dashboard'));
    expect(queries.map(({ function: name }) => name)).toEqual([
      'countOrganized',
      'countResponses',
      'guestsByHour',
      'guestsByBuilding',
    ]);
  });

  test('the rooms of a building are thirteen reads of the cache, repaired one', async () => {
    const { problem, repaired } = pairAt('GET /buildings/:id/rooms');
    const reads = async (request: DemoRequest) => {
      const before = cache.stats();
      await ask(request);
      const { hits, misses } = cache.stats();
      return hits + misses - before.hits - before.misses;
    };
    expect(await reads(problem)).toBe(13);
    expect(await reads(repaired)).toBe(1);
    queries.length = 0;
    expect([await reads(problem), await reads(repaired), queries.length]).toEqual([13, 1, 0]);
  });

  test('a changed room is seen by every list that is cached', async () => {
    const paths = ['/rooms', '/buildings/3/rooms', '/buildings/3/rooms/together'];
    const capacities = async () => {
      const answers = await Promise.all(paths.map((path) => send('GET', path)));
      const rooms = answers.map(({ body }) => (body as { rooms: Room[] }).rooms);
      return rooms.map((list) => list.find(({ id }) => id === 30)?.capacity);
    };
    for (const capacity of [3, 9]) {
      await send('PATCH', '/rooms/30', { capacity });
      expect(await capacities()).toEqual([capacity, capacity, capacity]);
    }
  });

  test('four tiles load figures that are not in the cache four times, repaired once', async () => {
    const { problem, repaired } = pairAt('GET /meetings/:id/overview');
    const lookUps = async (request: DemoRequest) => {
      queries.length = 0;
      await ask(request, 7);
      return queries.filter(({ function: name }) => name === 'countOrganized').length;
    };
    expect(await lookUps(problem)).toBe(4);
    expect(await lookUps(problem)).toBe(0);
    expect(await lookUps(repaired)).toBe(1);
    expect(await lookUps(repaired)).toBe(0);
  });

  test('the directory is asked while a transaction is open, repaired before it', async () => {
    const { problem, repaired } = pairAt('PATCH /meetings/:id/organizer');
    await ask(problem);
    expect(directoryRequests).toEqual([
      { path: '/people/81', after: expect.stringMatching(/^SELECT .* FOR UPDATE$/) },
    ]);
    const asked = queries.map(({ text }) => text.split(' ')[0]);
    expect(asked).toEqual(['BEGIN', 'SELECT', 'UPDATE', 'COMMIT']);
    queries.length = directoryRequests.length = 0;
    await ask(repaired);
    expect(directoryRequests).toEqual([{ path: '/people/81', after: undefined }]);
    expect(queries.map(({ text }) => text.split(' ')[0])).toEqual(asked);
  });

  test('the directory in trouble is asked six times, repaired once', async () => {
    const { problem, repaired } = pairAt('GET /users/:id/presence');
    const { body } = await ask(problem);
    expect(body).toMatchObject({ presence: 'unknown' });
    expect(directoryRequests.map(({ path }) => path)).toEqual(
      Array.from({ length: 6 }, () => '/people/11/presence'),
    );
    directoryRequests.length = 0;
    await ask(repaired);
    expect(directoryRequests).toHaveLength(1);
  });

  test('ten questions fail, repaired one', async () => {
    const { problem, repaired } = pairAt('GET /meetings/:id/presence');
    await ask(problem);
    expect(new Set(directoryRequests.map(({ path }) => path)).size).toBe(10);
    directoryRequests.length = 0;
    await ask(repaired);
    expect(directoryRequests).toHaveLength(1);
  });

  test('the usage adds up thousands of rows', async () => {
    const { problem } = pairAt('GET /usage');
    for (const turn of [0, problem.paths.length - 1]) {
      const { days } = (await ask(problem, turn)).body as { days: { users: number }[] };
      expect(days.reduce((sum, { users }) => sum + users, 0)).toBeGreaterThan(3_000);
    }
  });

  test('five of the six queries of a report wait for a connection, repaired none', async () => {
    const { problem, repaired } = pairAt('GET /reports/usage');
    const mostWaiting = async (request: DemoRequest, watched: Pool) => {
      let most = 0;
      const look = setInterval(() => (most = Math.max(most, watched.waitingCount)), 1);
      await ask(request);
      clearInterval(look);
      return most;
    };
    expect(await mostWaiting(problem, reportPool)).toBe(5);
    expect(await mostWaiting(repaired, reportPool)).toBe(0);
    expect(new Set(queries.map(({ text }) => text)).size).toBe(7);
  });
});

describe('the service', () => {
  test('wants a login', async () => {
    const paths = ['/meetings', '/rooms', '/teams/3/agenda', '/no/such/path'];
    for (const path of paths) {
      expect((await fetch(service.url + path)).status).toBe(401);
      const headers = { authorization: 'Bearer made-up' };
      expect((await fetch(service.url + path, { headers })).status).toBe(401);
    }
    expect(queries).toEqual([]);
  });

  test('refuses a wrong password and an unknown user alike', async () => {
    const wrong = await send('POST', '/login', { email: 'user1@example.com', password: 'x' });
    const unknown = await send('POST', '/login', { email: 'nobody@example.com', password: 'x' });
    expect(wrong.status).toBe(401);
    expect(unknown).toEqual(wrong);
  });

  test('pages through meetings without a gap', async () => {
    const page = async (path: string) => {
      const { body } = await send('GET', path);
      return body as { total: number; meetings: { id: number }[] };
    };
    const first = await page('/meetings?page=1&size=3');
    const second = await page('/meetings?page=2&size=3');
    const both = await page('/meetings?page=1&size=6');
    expect([...first.meetings, ...second.meetings]).toEqual(both.meetings);
    expect((await page('/meetings?page=1000000&size=3')).meetings).toEqual([]);
  });

  test('reads rooms from the cache until one changes', async () => {
    const roomFive = async () => {
      const { body } = await send('GET', '/rooms');
      return (body as { rooms: { id: number; capacity: number }[] }).rooms.find((r) => r.id === 5);
    };
    await send('PATCH', '/rooms/5', { capacity: 7 });
    expect((await roomFive())?.capacity).toBe(7);
    queries.length = 0;
    await roomFive();
    expect(queries).toEqual([]);
    await send('PATCH', '/rooms/5', { capacity: 12 });
    expect((await roomFive())?.capacity).toBe(12);
  });

  test('answers nonsense with the rule it breaks', async () => {
    const answers = await Promise.all([
      send('GET', '/meetings/x'),
      send('GET', '/meetings/99999999999'),
      send('GET', '/meetings?size=0'),
      send('GET', '/teams/3/agenda?from=yesterday'),
      send('GET', '/notes/search'),
      send('POST', '/meetings/90/invitations', { userIds: 'all' }),
      send('PATCH', '/rooms/5', {}),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 400]);
    expect(answers[0]?.body).toEqual({ error: 'id must be a whole number from 1 to 2147483647' });
    expect((await send('GET', '/meetings/1000000')).status).toBe(404);
    expect((await send('GET', '/nowhere')).status).toBe(404);
  });

  test('treats the wildcards of a pattern as letters', async () => {
    const { body } = await send('GET', '/notes/search?q=%25');
    expect(body).toMatchObject({ total: 0, notes: [] });
  });

  test('undoes all invitations when one cannot be made, and keeps serving', async () => {
    const before = await send('GET', '/meetings/91/participants');
    const failed = await send('POST', '/meetings/91/invitations', { userIds: [5, 2_000_000] });
    expect(failed).toEqual({ status: 500, body: { error: 'internal error' } });
    expect(reported.at(-1)?.message).toMatch(/foreign key/);
    expect(await send('GET', '/meetings/91/participants')).toEqual(before);
  });

  test('hands no meeting to somebody who is no user, and leaves it unlocked', async () => {
    for (const route of ['organizer', 'organizer/asked-first']) {
      const unknown = await send('PATCH', `/meetings/92/${route}`, { userId: 2_000_000_000 });
      expect(unknown.status).toBe(500);
      expect((await send('PATCH', `/meetings/92/${route}`, { userId: 81 })).status).toBe(200);
    }
    expect((await send('PATCH', '/meetings/1000000/organizer', { userId: 81 })).status).toBe(404);
  });

  test('answers 502 while the directory cannot be reached', async () => {
    const lost = new DirectoryClient('http://127.0.0.1:1');
    const app = createApp({ pool, reportPool, cache, directory: lost, report: () => {} });
    const alone = await listen(app, 0);
    const sendAlone = await logIn(alone.url);
    expect((await sendAlone('GET', '/meetings/15/contacts')).status).toBe(502);
    await alone.close();
  });
});
