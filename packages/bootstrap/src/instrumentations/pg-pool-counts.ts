import type { Attributes, UpDownCounter } from '@opentelemetry/api';
import type { PgInsides } from './pg-insides.ts';

/** What we read of pg-pool's pool. */
export interface CountedPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: {
    readonly host?: string;
    readonly port?: number | string;
    readonly database?: string;
  };
  on(event: string, listener: () => void): unknown;
}

const events = ['connect', 'acquire', 'remove', 'release'];
const watched = new WeakSet<CountedPool>();

/**
 * The metrics of a pool's connections, `db.client.connection.count` and `.pending_requests`, as the
 * upstream instrumentation names them; told once in a turn of the event loop, and only what has
 * changed, where upstream tells six numbers for every query. Does nothing for a pool it knows.
 */
export function countConnections(insides: PgInsides, pool: CountedPool): void {
  if (watched.has(pool)) return;
  watched.add(pool);
  insides._recordPoolMax(pool);
  const counts = new ConnectionCounts(insides, pool);
  for (const event of events) pool.on(event, counts.onChange);
}

class ConnectionCounts {
  readonly #insides: PgInsides;
  readonly #pool: CountedPool;
  readonly #used: Attributes;
  readonly #idle: Attributes;
  readonly #pending: Attributes;
  #told = { used: 0, idle: 0, pending: 0 };
  #toldTo: UpDownCounter | undefined;
  #isDue = false;

  constructor(insides: PgInsides, pool: CountedPool) {
    this.#insides = insides;
    this.#pool = pool;
    const { host, port, database } = pool.options;
    const name = `${host || 'unknown_host'}:${port || 'unknown_port'}/${database || 'unknown_database'}`;
    this.#pending = { 'db.client.connection.pool.name': name.trim() };
    this.#used = { 'db.client.connection.state': 'used', ...this.#pending };
    this.#idle = { 'db.client.connection.state': 'idle', ...this.#pending };
  }

  readonly onChange = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#tell);
  };

  readonly #tell = (): void => {
    this.#isDue = false;
    const { totalCount, idleCount, waitingCount } = this.#pool;
    const now = { used: totalCount - idleCount, idle: idleCount, pending: waitingCount };
    const { _connectionsCount: count, _connectionPendingRequests: pending } = this.#insides;
    // Counters of another meter provider begin at 0; the first of each series is told even so.
    const isFirst = this.#toldTo !== count;
    const before = isFirst ? { used: 0, idle: 0, pending: 0 } : this.#told;
    this.#told = now;
    this.#toldTo = count;
    if (isFirst || now.used !== before.used) count.add(now.used - before.used, this.#used);
    if (isFirst || now.idle !== before.idle) count.add(now.idle - before.idle, this.#idle);
    if (isFirst || now.pending !== before.pending) {
      pending.add(now.pending - before.pending, this.#pending);
    }
  };
}
