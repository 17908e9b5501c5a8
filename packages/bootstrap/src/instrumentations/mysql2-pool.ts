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
    if (typeof callback !== 'function') return Reflect.apply(original, this, [callback, ...rest]);
    const around = context.active();
    const traceId = isForQuery ? trace.getSpanContext(around)?.traceId : undefined;
    const asked = traceId === undefined ? undefined : askForConnection(traceId, getConnection);
    const bound = context.bind(around, (...args: unknown[]) =>
      giveConnection(asked, () => (callback as Method)(...args)),
    );
    return Reflect.apply(original, this, [bound, ...rest]);
  };
}

function asQuery(original: Method): Method {
  return function query(this: unknown, ...args) {
    const last = args.at(-1);
    const given = typeof last === 'function' ? [...args.slice(0, -1), inContext(last)] : args;
    isQuerying = true;
    try {
      return Reflect.apply(original, this, given);
    } finally {
      isQuerying = false;
    }
  };
}

/** mysql2 calls back in the context of whoever opened the connection. */
function inContext(callback: unknown): unknown {
  return context.bind(context.active(), callback);
}
