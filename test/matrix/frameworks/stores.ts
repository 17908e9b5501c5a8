import { findPostgres } from '../../services/postgres.ts';
import { requirePeer } from './peers.ts';
import { authorCount } from './rows.ts';
import type { Row } from './rows.ts';

/** What an application finds its data by; null for a store that is not there. */
export type StoreEnv = Readonly<Record<string, string>> | null;

export interface Stores {
  readonly env: Readonly<Record<Row['store'], StoreEnv>>;
  stop(): Promise<void>;
}

const name = `spandrel_matrix_${process.pid}`;
const ids = Array.from({ length: authorCount }, (_, index) => index + 1);
const tables = [
  'CREATE TABLE authors (id integer PRIMARY KEY, name varchar(40))',
  'CREATE TABLE books (id integer PRIMARY KEY, author_id integer, title varchar(40))',
  ...ids.map((id) => `INSERT INTO authors VALUES (${id}, 'author ${id}')`),
  ...ids.map((id) => `INSERT INTO books VALUES (${id}, ${id}, 'book ${id}')`),
];

/** The same authors and books in PostgreSQL, and in MySQL and Redis where these are running. */
export async function fillStores(): Promise<Stores> {
  const opened = {
    postgres: await fillPostgres(),
    mysql: await fillMysql().catch(() => null),
    redis: await fillRedis().catch(() => null),
  };
  return {
    env: {
      postgres: opened.postgres.env,
      mysql: opened.mysql?.env ?? null,
      redis: opened.redis?.env ?? null,
    },
    stop: async () => {
      for (const store of Object.values(opened)) await store?.stop();
    },
  };
}

/** A store with the authors in it. */
export interface Filled {
  readonly env: StoreEnv;
  stop(): Promise<void>;
}

export async function fillPostgres(): Promise<Filled & { readonly env: NonNullable<StoreEnv> }> {
  const { Client } = requirePeer('pg') as typeof import('pg');
  const postgres = await findPostgres();
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE SCHEMA ${name}; SET search_path TO ${name}`);
  for (const statement of tables) await client.query(statement);
  const url = new URL(postgres.url);
  url.searchParams.set('options', `-c search_path=${name}`);
  return {
    env: { DATABASE_URL: url.href, DATABASE_SCHEMA: name },
    async stop() {
      await client.query(`DROP SCHEMA ${name} CASCADE`);
      await client.end();
      await postgres.stop();
    },
  };
}

interface MysqlConnection {
  query(sql: string): Promise<unknown>;
  end(): Promise<void>;
}

async function fillMysql(): Promise<Filled> {
  const { createConnection } = requirePeer('mysql2/promise') as {
    createConnection(url: string): Promise<MysqlConnection>;
  };
  const url = process.env['MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306';
  const connection = await createConnection(url);
  await connection.query(`CREATE DATABASE ${name}`);
  await connection.query(`USE ${name}`);
  for (const statement of tables) await connection.query(statement);
  return {
    env: { MYSQL_URL: `${url}/${name}` },
    async stop() {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    },
  };
}

interface RedisClient {
  on(event: 'error', listener: () => void): void;
  connect(): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  rPush(key: string, values: string[]): Promise<unknown>;
  del(keys: string[]): Promise<unknown>;
  close(): Promise<unknown>;
}

async function fillRedis(): Promise<Filled> {
  const { createClient } = requirePeer('redis') as {
    createClient(options: object): RedisClient;
  };
  const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  await client.rPush(`${name}:authors`, ids.map(String));
  for (const id of ids) {
    await client.set(`${name}:author:${id}`, `author ${id}`);
    await client.set(`${name}:book:${id}`, `book ${id}`);
  }
  const keys = ids.flatMap((id) => [`${name}:author:${id}`, `${name}:book:${id}`]);
  return {
    env: { REDIS_URL: url, REDIS_PREFIX: name },
    async stop() {
      await client.del([`${name}:authors`, ...keys]);
      await client.close();
    },
  };
}
