/**
 * Every event and attribute name this package writes. Stability: development — OpenTelemetry has
 * no cache conventions yet, so these may change with a minor version, and only in this file.
 */

/** Span events, one per `get` or `getOrCompute`. */
export const EVENT_HIT = 'cache.hit';
export const EVENT_MISS = 'cache.miss';

/** On each event. The key itself is never written. */
export const ATTR_CACHE_NAME = 'cache.name';
export const ATTR_OPERATION_NAME = 'cache.operation.name';
export const ATTR_KEY_PATTERN = 'cache.key.pattern';

/** On the span, only once it holds as many events as allowed: its totals, those events included. */
export const ATTR_HIT_COUNT = 'cache.hit.count';
export const ATTR_MISS_COUNT = 'cache.miss.count';
