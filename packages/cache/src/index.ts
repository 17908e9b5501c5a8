export { createCache } from './cache.ts';
export type { Cache } from './cache.ts';
export type { ComputeOptions, ReadOptions, WriteOptions } from './call-options.ts';
export type { CacheStats } from './counts.ts';
export { cacheOptionTable } from './options.ts';
export type { CacheOptions } from './options.ts';
export type { CacheStore } from './store.ts';
export { ttlLevels } from './ttl.ts';
export type { Ttl, TtlLevel } from './ttl.ts';
