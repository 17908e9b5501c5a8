import { context, trace } from '@opentelemetry/api';
import { askForConnection, giveConnection } from '@spandrel/processor';
import { asksForMore } from './pg-insides.ts';
import type { CountedPool } from './pg-pool-counts.ts';
import type { Method, Patch, PgInsides } from './pg-insides.ts';

/** What we read of pg-pool's pool. */
interface Pool extends CountedPool {
  readonly ending: boolean;
}

type Given = (this: unknown, ...args: unknown[]) => unknown;

/** True while `pool.query` is being called, which asks for its connection in that very turn. */
let isQuerying = false;

/**
 * Patch of `Pool.connect`: a connection that lies idle is handed out without a span of its own, in
 * the context of whoever asked. Who has to wait, for one in use or for a new one, gets the upstream
 * patch and its span, so that every wait can be seen.
 */
export function connectPatch(insides: PgInsides, upstream: Patch): Patch {
  return (original) => {
    const patchedUpstream = upstream(original);
    return function connect(this: Pool, given?: Given) {
      const config = insides.getConfig();
      const isForQuery = isQuerying;
      isQuerying = false;
      const isPlain = config.connectionHook === undefined && !asksForMore(config);
      if (!isPlain || !hasIdle(this)) {
        const bound = given === undefined ? [] : [context.bind(context.active(), given)];
        return Reflect.apply(patchedUpstream, this, bound) as unknown;
      }
      insides._setPoolConnectEventListeners(this);
      if (given === undefined) return Reflect.apply(original, this, []) as unknown;
      return Reflect.apply(original, this, [boundTo(given, isForQuery, connect)]) as unknown;
    } as Method;
  };
}

/** Wraps `Pool.query`, which asks for its connection where the application's frame still is. */
export function poolQueryPatch(original: Method): Method {
  return function query(this: unknown, ...args: unknown[]) {
    isQuerying = true;
    try {
      return Reflect.apply(original, this, args) as unknown;
    } finally {
      isQuerying = false;
    }
  } as Method;
}

/** It is handed out in the next tick, before anyone else comes. */
function hasIdle({ idleCount, waitingCount, ending }: Pool): boolean {
  return !ending && idleCount > waitingCount;
}

function boundTo(given: Given, isForQuery: boolean, below: Method): Given {
  const around = context.active();
  const parent = trace.getSpan(around);
  // Also where there is no span: who released the connection is no concern of who asks for it.
  if (parent === undefined || !isForQuery) return context.bind(around, given);
  const asked = askForConnection(parent.spanContext().traceId, below);
  return context.bind(around, function (this: unknown, ...args: unknown[]) {
    giveConnection(asked, () => Reflect.apply(given, this, args) as unknown);
  });
}
