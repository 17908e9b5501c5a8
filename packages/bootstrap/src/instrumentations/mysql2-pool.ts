import { context, trace } from '@opentelemetry/api';
import { askForConnection, giveConnection } from '@spandrel/processor';

type Method = (this: unknown, ...args: unknown[]) => unknown;
interface PoolClass {
  readonly prototype: Record<'getConnection' | 'query' | 'execute', Method>;
}

const patched = Symbol('@spandrel/bootstrap/mysql2-pool');

/** True while a query is being asked of a pool, which asks for its connection in that very turn. */
let isQuerying = false;

/**
 * A pool of mysql2 starts a query with the connection, in a turn that may be another request's: a
 * connection that is released goes to who waits longest. Here it goes on in the context that asked
 * for it, and its line of code is the one that asked.
 */
export function patchMysqlPool(pool: PoolClass): PoolClass {
  const prototype = pool.prototype as PoolClass['prototype'] & { [patched]?: true };
  if (prototype[patched] === true) return pool;
  prototype[patched] = true;
  prototype.getConnection = inItsContext(prototype.getConnection);
  prototype.query = asQuery(prototype.query);
  prototype.execute = asQuery(prototype.execute);
  return pool;
}

function inItsContext(original: Method): Method {
  return function getConnection(callback, ...rest) {
    const isForQuery = isQuerying;
    isQuerying = false;
    const traceId = trace.getSpanContext(context.active())?.traceId;
    if (typeof callback !== 'function' || traceId === undefined) {
      return Reflect.apply(original, this, [callback, ...rest]);
    }
    const asked = isForQuery ? askForConnection(traceId, getConnection) : undefined;
    const bound = context.bind(context.active(), (...args: unknown[]) =>
      giveConnection(asked, () => (callback as Method)(...args)),
    );
    return Reflect.apply(original, this, [bound, ...rest]);
  };
}

function asQuery(original: Method): Method {
  return function query(this: unknown, ...args) {
    isQuerying = true;
    try {
      return Reflect.apply(original, this, args);
    } finally {
      isQuerying = false;
    }
  };
}
