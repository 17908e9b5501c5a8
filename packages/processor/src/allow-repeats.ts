import { context, createContextKey } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { names } from '@spandrel/engine';
import type { LiveSpan } from './sdk.ts';

/** The API makes equal keys of equal words, so every copy of this package has the same one. */
const key = createContextKey('spandrel.allow_repeats');
const longestReason = 200;

/**
 * Runs `work` and says that its repeated calls are meant: what is found in the spans that start in
 * it, also after an `await`, is suppressed, and stays countable under `reason`. Returns what `work`
 * returns. Inside another one the inner reason holds. Without a running SDK it only calls `work`.
 *
 * Throws a `TypeError` when `reason` is no text or `work` no function, a `RangeError` when `reason`
 * is blank. Of a long reason the first 200 characters count.
 */
export function allowRepeats<Result>(reason: string, work: () => Result): Result {
  if (typeof reason !== 'string') {
    throw new TypeError(`reason must be a text, got ${reason === null ? 'null' : typeof reason}`);
  }
  if (typeof work !== 'function') {
    throw new TypeError(`work must be a function, got ${work === null ? 'null' : typeof work}`);
  }
  if (reason.slice(0, longestReason).trim() === '')
    throw new RangeError('reason must say something, got a blank text');
  return context.with(context.active().setValue(key, reason.slice(0, longestReason)), work);
}

/** Writes the reason on a span that starts inside `allowRepeats`. */
export function writeAllowance(span: LiveSpan, around: Context): void {
  const reason = around.getValue(key);
  if (typeof reason === 'string') span.setAttribute(names.ATTR_ALLOW_REPEATS, reason);
}
