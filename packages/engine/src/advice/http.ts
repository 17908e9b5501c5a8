import type { Advice } from '../types.ts';
import { inWords, unproved } from './advice.ts';

export interface CallLoop {
  /** Upper case. */
  readonly method: string;
  readonly host: string;
  /** `GET api.example/users/:param`, or the path of it alone. */
  readonly template: string;
}

/**
 * For a loop over one URL: reads become one call for all keys where the key is the last part of the
 * path, else they run together; writes only run together, because a service seldom takes many.
 */
export function httpBatchAdvice({ method, host, template }: CallLoop): Advice {
  if (method !== 'GET' && method !== 'HEAD') {
    return inWords(
      'Send the calls at the same time, a few at once, or all items with one call if the service has a batch endpoint.',
    );
  }
  const prefix = `${method} ${host}`;
  const path = template.startsWith(prefix) ? template.slice(prefix.length) : template;
  const list = listPathOf(path);
  const text = 'Ask for all keys with one call, or send the calls at the same time, a few at once';
  return list === null ? inWords(`${text}.`) : unproved(text, `${prefix}${list}?ids={ids}`);
}

/** `/users` of `/users/:id`, `/users/{id}` and `/users/*`. */
function listPathOf(path: string): string | null {
  const cut = path.lastIndexOf('/');
  const last = path.slice(cut + 1);
  const isKey =
    last.startsWith(':') || last === '*' || (last.startsWith('{') && last.endsWith('}'));
  return cut > 0 && isKey ? path.slice(0, cut) : null;
}

/** `attempts` counts the first one, too. */
export function retryAdvice({ attempts }: { readonly attempts: number }): Advice {
  return inWords(
    `Wait longer before each retry, with a random part (backoff with jitter), and stop after two or three: this one was tried ${attempts} times.`,
  );
}

export function errorBurstAdvice({
  operation,
  errors,
}: {
  operation: string;
  errors: number;
}): Advice {
  return inWords(
    `Stop at the first failure of ${operation} instead of going on (it failed ${errors} times). If the other side is down, open a circuit breaker; if the data is refused, check it before the loop.`,
  );
}
