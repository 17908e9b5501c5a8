import type { Advice } from '../types.ts';
import { inWords, unproved } from './advice.ts';

export interface KeyLoop {
  /** Name of the cache; empty when unknown. */
  readonly cache: string;
  /** `user:{id}`; null when nobody gave one. */
  readonly pattern: string | null;
  /** `db.system.name` of the store; null for a cache in the process. */
  readonly system: string | null;
}

/** For a loop over single keys: one call for all of them. */
export function cacheBatchAdvice({ cache, pattern, system }: KeyLoop): Advice {
  const key = pattern ?? 'key';
  const keys = pattern === null ? 'the keys' : `the keys ${pattern}`;
  if (system !== null && speaksRedis.has(system)) {
    return unproved(`Collect ${keys} first and read them with one MGET`, `MGET ${key} [${key} …]`);
  }
  if (system === 'memcached') {
    return unproved(`Collect ${keys} first and read them with one get`, `get ${key} [${key} …]`);
  }
  const of = cache === '' ? 'the cache' : `the cache ${cache}`;
  return inWords(`Collect ${keys} first and read them from ${of} with one call, such as getMany.`);
}

const speaksRedis = new Set(['redis', 'valkey', 'keydb', 'dragonfly']);

export interface LoadsAtOnce {
  readonly cache: string;
  readonly loads: number;
}

export function stampedeAdvice({ cache, loads }: LoadsAtOnce): Advice {
  const of = cache === '' ? 'the cache' : `the cache ${cache}`;
  return inWords(
    `Let the first miss load and the others wait for it (single flight), so that ${of} loads a key once instead of ${loads} times: getOrCompute of @spandrel/cache does.`,
  );
}
