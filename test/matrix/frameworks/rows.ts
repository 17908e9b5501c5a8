/** One application of the matrix: `apps/<name>/server.cjs` and `server.mjs`, or a folder of Next.js. */
export interface Row {
  readonly name: string;
  /** The packages that its line in the README names, as they are called in `node_modules`. */
  readonly framework: string;
  readonly drivers: readonly string[];
  readonly store: 'postgres' | 'mysql' | 'redis';
  /** `http.route` of `GET /authors/7`; null where nothing tells it, then its path is templated. */
  readonly route: string | null;
  /** The rule that its loop breaks. */
  readonly rule: 'n-plus-one-query' | 'n-plus-one-cache';
  /** Names of scopes whose spans are the queries. */
  readonly scope: string;
  readonly forms: readonly Form[];
}

export type Form = 'cjs' | 'mjs' | 'next';

const pg = {
  drivers: ['pg'],
  store: 'postgres',
  rule: 'n-plus-one-query',
  scope: '@opentelemetry/instrumentation-pg',
  forms: ['cjs', 'mjs'],
} as const;

const redis = { store: 'redis', rule: 'n-plus-one-cache', forms: ['cjs', 'mjs'] } as const;

export const rows: readonly Row[] = [
  { name: 'http', framework: 'node:http', route: null, ...pg },
  { name: 'express-4', framework: 'express-4/express', route: '/authors/:id', ...pg },
  { name: 'express-5', framework: 'express', route: '/authors/:id', ...pg },
  { name: 'fastify-5', framework: 'fastify', route: '/authors/:id', ...pg },
  { name: 'koa-3', framework: 'koa', route: '/authors/:id', ...pg },
  { name: 'hono-4', framework: 'hono', route: '/authors/:id', ...pg },
  { name: 'nest-11', framework: 'nest-11/@nestjs/core', route: '/authors/:id', ...pg },
  { name: 'nest-12', framework: '@nestjs/core', route: '/authors/:id', ...pg },
  { name: 'next-16', framework: 'next', route: '/authors/[id]', ...pg, forms: ['next'] },
  {
    ...pg,
    name: 'express-mysql2',
    framework: 'express',
    route: '/authors/:id',
    drivers: ['mysql2'],
    store: 'mysql',
    scope: '@opentelemetry/instrumentation-mysql2',
  },
  {
    ...redis,
    name: 'fastify-redis',
    framework: 'fastify',
    route: '/authors/:id',
    drivers: ['redis'],
    scope: '@opentelemetry/instrumentation-redis',
  },
  {
    ...redis,
    name: 'koa-ioredis',
    framework: 'koa',
    route: '/authors/:id',
    drivers: ['ioredis'],
    scope: '@opentelemetry/instrumentation-ioredis',
  },
  { ...pg, name: 'hono-knex', framework: 'hono', route: '/authors/:id', drivers: ['knex', 'pg'] },
  {
    ...pg,
    name: 'express-prisma',
    framework: 'express',
    route: '/authors/:id',
    drivers: ['@prisma/client', 'pg'],
  },
  {
    ...pg,
    name: 'http-drizzle',
    framework: 'node:http',
    route: null,
    drivers: ['drizzle-orm', 'pg'],
  },
];

/** Repeats of every application's loop: the stores hold so many authors. */
export const authorCount = 12;
