import type { Instrumentation } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { hookPg } from './pg-hooks.ts';
import { insidesOf } from './pg-insides.ts';
import type { Method } from './pg-insides.ts';
import { countConnections } from './pg-pool-counts.ts';
import { connectPatch, poolQueryPatch } from './pg-pool-patch.ts';
import { queryPatch } from './pg-query-patch.ts';

/** pg's own instrumentation, with lighter patches where `pool.query` passes. */
export function create(): Instrumentation {
  const instrumentation = new PgInstrumentation();
  lighten(instrumentation);
  hookPg([instrumentation]);
  return instrumentation;
}

/** Has it make the same spans of queries for less, and spans of acquires only where one waits. */
export function lighten(instrumentation: PgInstrumentation): void {
  const insides = insidesOf(instrumentation);
  if (insides === undefined) return;
  const upstreamQuery = insides._getClientQueryPatch.bind(insides);
  const upstreamConnect = insides._getPoolConnectPatch.bind(insides);
  insides._getClientQueryPatch = () => queryPatch(insides, upstreamQuery());
  insides._setPoolConnectEventListeners = (pool) => countConnections(insides, pool);
  insides._getPoolConnectPatch = () => connectPatch(insides, upstreamConnect());
  for (const definition of insides._modules) {
    if (definition.name !== 'pg-pool') continue;
    const patch = definition.patch?.bind(definition);
    definition.patch = (exports: unknown, version) => {
      const patched = (patch?.(exports, version) ?? exports) as PoolClass;
      wrapQuery(patched);
      return patched;
    };
  }
}

interface PoolClass {
  readonly prototype?: { query?: Method };
}

const wrapped = new WeakSet<object>();

/** Once, however often the module is patched. */
function wrapQuery({ prototype }: PoolClass): void {
  if (typeof prototype?.query !== 'function' || wrapped.has(prototype)) return;
  wrapped.add(prototype);
  prototype.query = poolQueryPatch(prototype.query);
}
