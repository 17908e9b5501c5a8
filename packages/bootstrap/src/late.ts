import { say } from './say.ts';
import { inPatchedEnv } from './settings/patched-env.ts';

/**
 * Something that is made at its first use, so that a process that never uses it never loads it. It
 * is made in the environment of our settings.
 */
export class Late<T extends object> {
  readonly #name: string;
  readonly #make: () => T;
  readonly #listeners: ((made: T) => void)[] = [];
  #made: T | undefined;
  #hasFailed = false;

  /** `name` is for the line that says that it could not be made. */
  constructor(name: string, make: () => T) {
    this.#name = name;
    this.#make = make;
  }

  /** Makes it, the first time. Throws what making it throws, each time anew. */
  get now(): T {
    return this.#made ?? this.#makeNow();
  }

  /** The same for calls of the application: undefined where it cannot be made, and a line once. */
  get nowOrNever(): T | undefined {
    if (this.#made !== undefined || this.#hasFailed) return this.#made;
    try {
      return this.#makeNow();
    } catch (error) {
      this.#hasFailed = true;
      const message = error instanceof Error ? error.message : String(error);
      say(`no ${this.#name} from here on: ${message}`);
      return undefined;
    }
  }

  /** Undefined until it is made. */
  get made(): T | undefined {
    return this.#made;
  }

  /** Called once with it when it is made; at once where it is. */
  onMade(listener: (made: T) => void): void {
    if (this.#made === undefined) this.#listeners.push(listener);
    else listener(this.#made);
  }

  #makeNow(): T {
    const made = inPatchedEnv(this.#make);
    this.#made = made;
    for (const listener of this.#listeners.splice(0)) listener(made);
    return made;
  }
}
