import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCache } from '@spandrel/cache';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Pool } from 'pg';
import { createApp } from '../src/app.ts';
import { createPool, inSchema, watchDatabase } from '../src/database/pool.ts';
import { DirectoryClient } from '../src/directory-client.ts';
import { listen, type RunningServer } from '../src/server.ts';
import { logIn } from './client.ts';
import { type DemoDatabase, openDemoDatabase } from './demo-database.ts';

/** A cable between the service and the database that can be pulled. */
class Cable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #port = 0;

  constructor(host: string, port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, host);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => (near.destroy(), far.destroy(), this.#sockets.delete(socket)));
      }
      near.pipe(far).pipe(near);
    });
  }

  async plugIn(): Promise<number> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  async pull(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

let database: DemoDatabase;
let cable: Cable;
let pool: Pool;
let service: RunningServer;
const said: string[] = [];

beforeAll(async () => {
  database = await openDemoDatabase('loss');
  const url = new URL(database.url);
  cable = new Cable(url.hostname, Number(url.port || 5432));
  url.hostname = '127.0.0.1';
  url.port = String(await cable.plugIn());

  pool = createPool(inSchema(url.href, database.schema));
  const report = watchDatabase([pool], 'DATABASE_URL=here', (line) => said.push(line));
  const cache = createCache({ name: 'meetings' });
  const directory = new DirectoryClient('http://127.0.0.1:1');
  service = await listen(createApp({ pool, reportPool: pool, cache, directory, report }), 0);
}, 60_000);

afterAll(async () => {
  await service?.close();
  await pool?.end();
  await cable?.pull();
  await database?.close();
}, 60_000);

test('a lost database is answered with 503 and said once, and the service goes on', async () => {
  const send = await logIn(service.url);
  expect((await send('GET', '/meetings')).status).toBe(200);

  const asked = send('GET', '/teams/3/agenda?from=2026-03-02');
  await cable.pull();
  expect([200, 503]).toContain((await asked).status);
  for (const path of ['/meetings', '/meetings/12/minutes', '/notes/search?q=lighthouse']) {
    expect(await send('GET', path)).toEqual({
      status: 503,
      body: { error: 'the database is not available' },
    });
  }
  expect((await send('POST', '/meetings/90/invitations', { userIds: [1] })).status).toBe(503);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^lost the database \(DATABASE_URL=here\): .+; requests get 503/);

  await cable.plugIn();
  expect((await send('GET', '/meetings')).status).toBe(200);
  expect(said.slice(1)).toEqual(['the database is back']);
}, 30_000);
