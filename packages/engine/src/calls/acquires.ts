import { databaseSystem } from '../database.ts';
import type { Trace } from '../trace.ts';
import type { Attributes, Span } from '../types.ts';

/** One wait for a connection of a pool. */
export interface Acquire {
  readonly span: Span;
  /** Time until a connection was there, less the time that making a new one took below it. Milliseconds. */
  readonly waitMs: number;
  /** `postgresql app at db.example:5432`, as far as known: waits for one pool have it in common. */
  readonly pool: string;
  /** Most connections of the pool; null when the span does not say. */
  readonly maxConnections: number | null;
}

/** Every acquire of the trace, as they arrived, also those that did not have to wait. */
export function acquiresOf(trace: Trace): Acquire[] {
  const spans = trace.others.filter(isAcquire);
  if (spans.length === 0) return [];
  const connectMs = new Map<Span, number>();
  for (const connect of trace.others.filter(({ name }) => name === 'pg.connect')) {
    for (const above of trace.ancestorsOf(connect)) {
      if (!isAcquire(above)) continue;
      connectMs.set(above, (connectMs.get(above) ?? 0) + connect.durationMs);
      break;
    }
  }
  return spans.map((span) => ({
    span,
    waitMs: Math.max(0, span.durationMs - (connectMs.get(span) ?? 0)),
    pool: poolOf(span.attributes),
    maxConnections: positive(span.attributes['db.postgresql.max.client']),
  }));
}

/** pg's pool, generic-pool, Prisma's engine, and JDBC's data sources from services in other languages. */
function isAcquire({ name }: Span): boolean {
  return acquireNames.has(name) || name.endsWith('DataSource.getConnection');
}

const acquireNames = new Set([
  'pg-pool.connect',
  'generic-pool.acquire',
  'prisma:engine:connection',
]);

function poolOf(attributes: Attributes): string {
  const pool = attributes['db.client.connection.pool.name'];
  if (typeof pool === 'string') return pool;
  const database = attributes['db.namespace'] ?? attributes['db.name'];
  const address = attributes['server.address'] ?? attributes['net.peer.name'];
  const port = attributes['server.port'] ?? attributes['net.peer.port'];
  const host = address === undefined ? undefined : `at ${String(address)}`;
  const place = host !== undefined && port !== undefined ? `${host}:${String(port)}` : host;
  return [databaseSystem(attributes), database, place].filter(Boolean).join(' ');
}

function positive(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}
