import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createCache } from '@spandrel/cache';
import type { Pool } from 'pg';
import { createApp } from '../src/app.ts';
import { createPool, inSchema } from '../src/database/pool.ts';
import { type DemoRequest, pairs, phases } from '../src/demo.ts';
import { createDirectoryApp } from '../src/directory-app.ts';
import { DirectoryClient } from '../src/directory-client.ts';
import { expectedFindings, expectedLater, slowSearch } from '../src/expected-findings.ts';
import { listen, type RunningServer } from '../src/server.ts';
import { logIn } from './client.ts';
import { type DemoDatabase, openDemoDatabase } from './demo-database.ts';
import { type SeenQuery, watchQueries } from './watched-pool.ts';

let database: DemoDatabase;
let pool: Pool;
let queries: SeenQuery[];
let directory: RunningServer;
let directoryRequests: string[];
let service: RunningServer;
let send: Awaited<ReturnType<typeof logIn>>;
const reported: Error[] = [];

beforeAll(async () => {
  database = await openDemoDatabase('routes');
  pool = createPool(inSchema(database.url, database.schema));
  queries = watchQueries(pool);

  directoryRequests = [];
  const directoryApp = createDirectoryApp();
  directory = await listen((request, response) => {
    directoryRequests.push(request.url ?? '');
    directoryApp(request, response);
  }, 0);

  const app = createApp({
    pool,
    cache: createCache({ name: 'meetings' }),
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
  await database?.close();
}, 60_000);

beforeEach(() => {
  queries.length = 0;
  directoryRequests.length = 0;
});

function ask({ method, path, body }: DemoRequest) {
  return send(method, path, body);
}

/** `GET /meetings/11/minutes?x=1` as the route it meets: ids become `:id`. */
function endpointOf({ method, path }: DemoRequest): string {
  return `${method} ${path.split('?')[0]?.replace(/\/\d+/g, '/:id')}`;
}

function problemAt(endpoint: string): DemoRequest {
  const found = pairs.find(({ problem }) => endpointOf(problem) === endpoint);
  if (!found) throw new Error(`no request of the demo meets ${endpoint}`);
  return found.problem;
}

function countByText(seen: readonly SeenQuery[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of seen) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

describe('a problem and its repair', () => {
  for (const { problem, repaired } of pairs) {
    test(`answer the same: ${problem.method} ${problem.path}`, async () => {
      const first = await ask(problem);
      expect(first.status).toBe(200);
      expect(await ask(repaired)).toEqual(first);
      expect(JSON.stringify(first.body).length).toBeGreaterThan(50);
    });
  }

  for (const { repaired } of pairs) {
    test(`the repair repeats no query: ${repaired.method} ${repaired.path}`, async () => {
      await ask(repaired);
      expect(Math.max(...countByText(queries).values())).toBeLessThan(3);
      expect(directoryRequests.length).toBeLessThan(2);
    });
  }
});

describe('what a watcher has to find', () => {
  for (const { endpoint, file, function: name, repeats } of expectedFindings) {
    test(`${endpoint} issues ${repeats} queries of one text from ${name}`, async () => {
      await ask(problemAt(endpoint));
      const ofSite = queries.filter((query) => query.file === file && query.function === name);
      expect([...countByText(ofSite).values()]).toEqual([repeats]);
    });
  }

  test('is complete: no other request of the demo repeats a query', async () => {
    for (const request of phases.flatMap((phase) => phase.requests)) {
      const expected = expectedFindings.filter(({ endpoint }) => endpoint === endpointOf(request));
      queries.length = 0;
      await ask(request);
      const repeated = [...countByText(queries).values()].filter((count) => count >= 5);
      expect({ request, repeated }).toEqual({ request, repeated: expected.map((e) => e.repeats) });
    }
  });

  test('is the same every time', async () => {
    const counted = async (request: DemoRequest) => {
      queries.length = 0;
      await ask(request);
      return countByText(queries);
    };
    for (const { problem } of pairs) {
      expect(await counted(problem)).toEqual(await counted(problem));
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

  test('the rules to come: an HTTP loop, a repeated look-up, a chain of independent queries', async () => {
    const [httpLoop, duplicate, serial] = expectedLater;
    await ask(problemAt(httpLoop?.endpoint ?? ''));
    expect(directoryRequests).toHaveLength(httpLoop?.repeats ?? 0);

    await ask(problemAt(duplicate?.endpoint ?? ''));
    const lookUps = queries.filter(({ function: name }) => name === duplicate?.function);
    expect([...countByText(lookUps).values()]).toEqual([duplicate?.repeats]);

    queries.length = 0;
    await ask(problemAt(serial?.endpoint ?? ''));
    expect(queries[0]).toMatchObject({ file: serial?.file, function: serial?.function });
    expect(queries).toHaveLength(serial?.repeats ?? 0);
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

  test('answers 502 while the directory cannot be reached', async () => {
    const lost = new DirectoryClient('http://127.0.0.1:1');
    const cache = createCache({ name: 'meetings' });
    const app = createApp({ pool, cache, directory: lost, report: () => {} });
    const alone = await listen(app, 0);
    const sendAlone = await logIn(alone.url);
    expect((await sendAlone('GET', '/meetings/15/contacts')).status).toBe(502);
    await alone.close();
  });
});
