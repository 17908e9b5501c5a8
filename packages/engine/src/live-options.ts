import { resolveEngineOptions } from './options.ts';
import type { ResolvedEngineOptions } from './options.ts';
import { limitNames } from './thresholds.ts';
import type { Limits } from './thresholds.ts';

/**
 * The options in force. Judge, ledger and watchers of one engine share one holder and read `current`
 * anew for every trace; a trace is judged by one set of limits from its beginning to its end.
 */
export class LiveOptions<Options extends ResolvedEngineOptions = ResolvedEngineOptions> {
  #current: Options;

  constructor(options: Options) {
    this.#current = options;
  }

  /** Frozen; replaced as a whole by `set`. */
  get current(): Options {
    return this.#current;
  }

  /** The limits among them, those that `set` takes. */
  get limits(): Limits {
    return Object.fromEntries(limitNames.map((name) => [name, this.#current[name]]));
  }

  /**
   * Changes limits from the next trace on. Checked like the options at the start: throws a
   * `RangeError` naming option, rule and value, also for an option that is no limit, and then
   * changes nothing.
   */
  set(limits: Limits): void {
    for (const name of Object.keys(limits)) {
      if (!(limitNames as readonly string[]).includes(name)) {
        throw new RangeError(`${name} is not a limit that can change while running`);
      }
    }
    const checked = resolveEngineOptions(limits);
    const given = Object.fromEntries(
      limitNames.filter((name) => limits[name] !== undefined).map((name) => [name, checked[name]]),
    );
    this.#current = Object.freeze({ ...this.#current, ...given });
  }
}

/** The holder itself, or a new one for plain options. */
export function liveOptions(given: ResolvedEngineOptions | LiveOptions): LiveOptions {
  return given instanceof LiveOptions ? given : new LiveOptions(given);
}
