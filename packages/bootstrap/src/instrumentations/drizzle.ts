import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { fromWhoAwaits } from '@spandrel/processor';

type Query = (this: unknown, ...args: unknown[]) => unknown;
interface PoolClass {
  readonly prototype: { query: Query };
}

/** Drizzle's drivers make the spans; this finds the lines of code of those on a pool of `pg`. */
export const create = (): Instrumentation => new DrizzleInstrumentation();

class DrizzleInstrumentation extends InstrumentationBase {
  constructor() {
    super('@spandrel/bootstrap/drizzle', '1', {});
  }

  protected override init(): InstrumentationNodeModuleDefinition {
    return new InstrumentationNodeModuleDefinition('pg', ['>=8.0.3 <9'], (pg: object) => {
      const { Pool } = ('default' in pg ? pg.default : pg) as { Pool?: PoolClass };
      if (Pool !== undefined) patchPool(Pool);
      return pg;
    });
  }
}

const patched = Symbol('@spandrel/bootstrap/drizzle');

/** Queries that are answered by a promise; one that wants a callback is no query of Drizzle. */
function patchPool({ prototype }: PoolClass & { prototype: { [patched]?: true } }): void {
  if (prototype[patched] === true) return;
  prototype[patched] = true;
  const { query } = prototype;
  prototype.query = function (...args) {
    const isAwaited = typeof args.at(-1) !== 'function';
    const call = () => Reflect.apply(query, this, args) as Promise<unknown>;
    return isAwaited ? fromWhoAwaits(call) : call();
  };
}
