import type { Instrumentations } from '../instrumentations/instrumentations.ts';
import { moduleNameOf } from '../instrumentations/module-name.ts';
import { keepToOurs } from './require-filter.ts';
import type { Interest } from './require-filter.ts';

/** Asks whether a module is one of ours: once, and not while an instrumentation is being loaded. */
export class Watch implements Interest {
  readonly #instrumentations: Instrumentations;
  #isLoading = false;
  #brought = 0;

  constructor(instrumentations: Instrumentations) {
    this.#instrumentations = instrumentations;
  }

  /** The modules whose import is waited for. */
  get modules(): readonly string[] {
    return this.#instrumentations.modules;
  }

  /**
   * True when an instrumentation was loaded just now. `from` is the file that asks: where it is of a
   * module that we wait for, that one's comes first. (An asynchronous hook tells of a CommonJS
   * package only when it has run, and express would come after the router that it asks for; of one
   * that is imported by a path of its own, such as `mysql2/promise`, it does not tell.)
   */
  see(specifier: unknown, from?: string | null): boolean {
    if (this.#isLoading || typeof specifier !== 'string') return false;
    const own = typeof from === 'string' ? moduleNameOf(from) : '';
    const name = moduleNameOf(specifier) || own;
    if (name === '' || !this.#instrumentations.waitsFor(name)) return false;
    const isFirst = this.#bring(own);
    return this.#bring(name) || isFirst;
  }

  #bring(name: string): boolean {
    if (name === '' || !this.#instrumentations.waitsFor(name)) return false;
    this.#isLoading = true;
    this.#brought += 1;
    try {
      return keepToOurs(this, () => this.#instrumentations.bring(name));
    } finally {
      this.#isLoading = false;
    }
  }

  get brought(): number {
    return this.#brought;
  }

  /** A relative path is of the package that asks; a name with a hash is what a bundler made of one. */
  concerns(id: string, from: string | null | undefined): boolean {
    if (typeof id !== 'string') return true;
    const name = moduleNameOf(id);
    if (name !== '') return this.#instrumentations.has(name) || /-[0-9a-f]{8,}$/.test(name);
    return typeof from === 'string' && this.#instrumentations.has(moduleNameOf(from));
  }

  /** By what was written, or by where that led: bundlers write names of their own for a package. */
  isInstrumented(specifier: string, url = ''): boolean {
    const name = moduleNameOf(specifier);
    if (name === '') return false;
    return this.#instrumentations.has(name) || this.#instrumentations.has(moduleNameOf(url));
  }
}
