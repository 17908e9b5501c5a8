import { Module } from 'node:module';

export type Require = (this: Requiring | undefined, id: string) => unknown;

/** The module that asks; a REPL's has no file. */
export interface Requiring {
  readonly filename?: string | null;
}

/** `Module.prototype`, whose `require` everybody asks. */
export const modules = Module.prototype as unknown as { require: Require };

/** Whom the filter asks. */
export interface Interest {
  /** True for a module, or a file of one, whose instrumentation is loaded. */
  concerns(id: string, from: string | null | undefined): boolean;
  /** How many instrumentations have been loaded so far. */
  readonly brought: number;
}

/**
 * Runs `bring`, and where that has hooked `require` lets only those calls reach the hook that concern
 * us, or in which an instrumentation was loaded: the hook resolves every call twice, which costs an
 * application with 200 files about as much as all the rest of its start-up that is ours.
 */
export function keepToOurs<T>(interest: Interest, bring: () => T): T {
  const before = modules.require;
  const result = bring();
  const hook = modules.require;
  if (hook === before) return result;
  modules.require = function (...args: [string]): unknown {
    if (interest.concerns(args[0], this?.filename)) return Reflect.apply(hook, this, args);
    const { brought } = interest;
    const exported = Reflect.apply(before, this, args);
    return brought === interest.brought ? exported : Reflect.apply(hook, this, args);
  };
  return result;
}
