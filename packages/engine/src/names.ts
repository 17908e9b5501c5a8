/**
 * Every attribute, event and metric name that Spandrel writes, and the standard ones it reads.
 * Names follow the OpenTelemetry semantic conventions where they exist; ours live under `spandrel.`.
 */

/** Written on the local root. */
export const ATTR_ENDPOINT = 'spandrel.endpoint';
export const ATTR_FINDING_COUNT = 'spandrel.finding.count';
export const ATTR_SEVERITY = 'spandrel.severity';
export const ATTR_SLOW = 'spandrel.slow';
/** Why it was kept although the sampler left it out. */
export const ATTR_KEPT = 'spandrel.kept';
export const ATTR_DB_QUERY_COUNT = 'spandrel.db.query_count';
export const ATTR_DB_DURATION_MS = 'spandrel.db.duration_ms';
export const ATTR_CACHE_HIT_COUNT = 'spandrel.cache.hit_count';
export const ATTR_CACHE_MISS_COUNT = 'spandrel.cache.miss_count';

/** `spandrel.found.n_plus_one_query` and so on: a scalar, so that a tag search finds it. */
export function foundAttribute(rule: string): string {
  return `spandrel.found.${rule.replaceAll('-', '_')}`;
}

/** The event on the local root, one per finding, and its attributes. */
export const EVENT_FINDING = 'spandrel.finding';
export const ATTR_FINDING_RULE = 'spandrel.finding.rule';
export const ATTR_FINDING_FINGERPRINT = 'spandrel.finding.fingerprint';
export const ATTR_FINDING_SEVERITY = 'spandrel.finding.severity';
export const ATTR_FINDING_CONFIDENCE = 'spandrel.finding.confidence';
export const ATTR_FINDING_REPEATS = 'spandrel.finding.repeats';
export const ATTR_FINDING_COST_MS = 'spandrel.finding.cost_ms';
export const ATTR_FINDING_SAVING_MS = 'spandrel.finding.saving_ms';
export const ATTR_FINDING_SHAPE = 'spandrel.finding.shape';
export const ATTR_FINDING_ADVICE = 'spandrel.finding.advice';
export const ATTR_FINDING_SPAN_IDS = 'spandrel.finding.span_ids';

/** Written on the first and the slowest span of a group. */
export const ATTR_FINGERPRINT = 'spandrel.fingerprint';
/** Written on the members of a group: a keyed hash, so that offline and live agree on "same parameters". */
export const ATTR_DB_PARAMETERS_HASH = 'spandrel.db.parameters_hash';

/** The reason given in code for repeated calls: findings made of such spans only are suppressed. */
export const ATTR_ALLOW_REPEATS = 'spandrel.allow_repeats';

/** Rows that a query returned; standard. */
export const ATTR_RETURNED_ROWS = 'db.response.returned_rows';

/**
 * What a request used, where it is known: the heap's growth in bytes and the thread's CPU time, of a
 * request that was alone in its process; or what an application or an instrumentation wrote.
 */
export const ATTR_MEMORY_BYTES = 'spandrel.memory_bytes';
export const ATTR_CPU_MS = 'spandrel.cpu_ms';

/** For whom a request runs, when the application says so. The conventions have no word for a tenant. */
export const ATTR_USER_ID = 'user.id';
export const ATTR_TENANT_ID = 'spandrel.tenant.id';

/**
 * Written beside it on statements whose text holds values below a limit or an offset: the hash of
 * the others, so that pages of one list are told from reads of many.
 */
export const ATTR_DB_UNPAGED_HASH = 'spandrel.db.unpaged_hash';

/**
 * Written on outgoing HTTP calls with a query string, which does not leave: keyed hashes of the whole
 * of it and of what is left without the names that choose a page, with a `/` between.
 */
export const ATTR_URL_QUERY_HASH = 'spandrel.url.query_hash';
/** Written on outgoing HTTP calls whose path leaves without its data: keyed hash of the path as sent. */
export const ATTR_URL_PATH_HASH = 'spandrel.url.path_hash';
/** Written on reads of key-value stores, whose keys do not leave: keyed hashes of key and pattern. */
export const ATTR_CACHE_KEY_HASH = 'spandrel.cache.key_hash';

/** Written on a span that a cap kept out of its process' verdict, with the cap: no door judges it. */
export const ATTR_UNJUDGED = 'spandrel.unjudged';

/**
 * Written on a child that was open when its local root ended: how many events it held by then. They
 * count for the root, the rest for the late verdict; clocks of spans are too coarse to say it.
 */
export const ATTR_EVENTS_COUNTED = 'spandrel.events_counted';

/** Written on a child that ended after its local root: it belongs to a verdict of its own. */
export const ATTR_LATE = 'spandrel.late';

/** Call site, as in the semantic conventions; `callers` is ours. */
export const ATTR_CODE_FILE = 'code.file.path';
export const ATTR_CODE_LINE = 'code.line.number';
export const ATTR_CODE_FUNCTION = 'code.function.name';
/** Frames above the call site, innermost first, each `function (file:line)`. */
export const ATTR_CALLERS = 'spandrel.callers';

/** Events of the cache package, read here for totals. */
export const EVENT_CACHE_HIT = 'cache.hit';
export const EVENT_CACHE_STALE_HIT = 'cache.stale_hit';
export const EVENT_CACHE_MISS = 'cache.miss';
/** On each such event. */
export const ATTR_CACHE_NAME = 'cache.name';
export const ATTR_CACHE_KEY_PATTERN = 'cache.key.pattern';

/** Metrics. Durations in seconds. */
export const METRIC_ENDPOINT_DURATION = 'spandrel.endpoint.duration';
export const METRIC_ENDPOINT_QUERIES = 'spandrel.endpoint.queries';
export const METRIC_FINDINGS = 'spandrel.findings';

/** What Spandrel tells of itself; the processor's README has the table. */
export const METRIC_SELF_SPANS_EXPORTED = 'spandrel.self.spans.exported';
export const METRIC_SELF_SPANS_DROPPED = 'spandrel.self.spans.dropped';
export const METRIC_SELF_SPANS_JUDGED = 'spandrel.self.spans.judged';
export const METRIC_SELF_SPANS_UNJUDGED = 'spandrel.self.spans.unjudged';
export const METRIC_SELF_SPANS_HELD = 'spandrel.self.spans.held';
export const METRIC_SELF_SPANS_SENT_EARLY = 'spandrel.self.spans.sent_early';
export const METRIC_SELF_SPANS_QUEUED = 'spandrel.self.spans.queued';
export const METRIC_SELF_TRACES_JUDGED = 'spandrel.self.traces.judged';
export const METRIC_SELF_TRACES_DROPPED = 'spandrel.self.traces.dropped';
export const METRIC_SELF_TRACES_OPEN = 'spandrel.self.traces.open';
export const METRIC_SELF_EXPORT_DURATION = 'spandrel.self.export.duration';
export const METRIC_SELF_EXPORT_FAILURES = 'spandrel.self.export.failures';
export const METRIC_SELF_TIME_SPENT = 'spandrel.self.time.spent';
export const METRIC_SELF_TIME_LONGEST = 'spandrel.self.time.longest';
export const METRIC_SELF_MEMORY_ESTIMATED = 'spandrel.self.memory.estimated';
export const METRIC_SELF_SHED_LEVEL = 'spandrel.self.shed.level';
export const METRIC_SELF_SHED_CHANGES = 'spandrel.self.shed.changes';
export const METRIC_SELF_OVERFLOW = 'spandrel.self.overflow';
export const METRIC_SELF_CONTEXT_IGNORED = 'spandrel.self.context.ignored';
