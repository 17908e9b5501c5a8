import { valuesText } from './value-text.ts';

/** By its name, so that every copy of this package finds what another one noted. */
const slot = Symbol.for('spandrel.parameters');

interface Carrier {
  [slot]?: Noted | undefined;
}

/** In a private field: who prints a span does not see them. */
class Noted {
  readonly #text: string | null;

  constructor(text: string | null) {
    this.#text = text;
  }

  get text(): string | null {
    return this.#text;
  }
}

const none = new Noted('');
const unknown = new Noted(null);

/**
 * Tells the processor a query's parameters, for an instrumentation's request hook. They never leave
 * the process, but for a keyed hash that tells whether two queries asked the same. `values` is an
 * array in the order of the placeholders and is copied; undefined or null says that there are none.
 * Values that cannot be compared count as not known. Never throws.
 *
 * Kept on the span: a symbol on it adds too little to be measured, where a Map by span id adds a tenth
 * to the cost of a span and a WeakMap a third (Node 24.21).
 */
export function noteParameters(span: object, values: unknown): void {
  try {
    (span as Carrier)[slot] = notedOf(values);
  } catch {
    // A sealed span, or values that throw when they are read: nobody told.
  }
}

/** The values as one text, null when they are not known, undefined when nobody told. */
export function parametersText(span: object): string | null | undefined {
  return (span as Carrier)[slot]?.text;
}

/** They have served. */
export function forgetParameters(span: object): void {
  const carrier = span as Carrier;
  if (carrier[slot] !== undefined) carrier[slot] = undefined;
}

function notedOf(values: unknown): Noted {
  if (values === undefined || values === null) return none;
  if (!Array.isArray(values)) return unknown;
  const text = values.length === 0 ? '' : valuesText(values);
  return text === null ? unknown : new Noted(text);
}
