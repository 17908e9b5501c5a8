import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * The SDK's context manager with a lighter way to bind a function: no closure in a call of it, and
 * its `length`, which some callers look at, without a property of its own.
 */
export class ContextManager extends AsyncLocalStorageContextManager {
  override bind<T>(around: Context, target: T): T {
    if (typeof target !== 'function') return super.bind(around, target);
    const bound = this.#boundTo(around, target as unknown as Method);
    return (bound as T | undefined) ?? super.bind(around, target);
  }

  /** Undefined for a function of more parameters than callbacks have. */
  #boundTo(around: Context, target: Method): Method | undefined {
    const run = (self: unknown, args: ArrayLike<unknown>): unknown =>
      this.with(around, Reflect.apply, undefined, target, self, args);
    switch (target.length) {
      case 0:
        return function () {
          return run(this, arguments);
        };
      case 1:
        return function (_1) {
          return run(this, arguments);
        };
      case 2:
        return function (_1, _2) {
          return run(this, arguments);
        };
      case 3:
        return function (_1, _2, _3) {
          return run(this, arguments);
        };
      default:
        return undefined;
    }
  }
}
