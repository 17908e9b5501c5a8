import {
  flag,
  hidden,
  nameList,
  positiveNumber,
  resolveOptions,
  wholeNumber,
} from '@spandrel/engine';
import { engineOptionTable } from '@spandrel/engine';
import type { OptionsOf, OptionSpec } from '@spandrel/engine';
import { keepOption } from './keeping.ts';
import { randomKeyWord } from './parameters/random-key-word.ts';

/** Words are never shown when they are refused: they are a secret. */
const parametersKey: OptionSpec<string> = {
  default: randomKeyWord,
  env: 'SPANDREL_PARAMETERS_KEY',
  doc: 'Secret words that make the key for hashes of parameters, the same in all processes whose hashes are to agree; `random` is a key for each process.',
  rule: 'a text that is not empty',
  accepts: (given): given is string => typeof given === 'string' && given !== '',
  parse: (text) => text,
  schema: { type: 'string', minLength: 1 },
  shown: hidden,
};

/** The processor's own options; the engine's are in its table. */
export const processorOwnOptionTable = {
  redact: flag(true, {
    env: 'SPANDREL_REDACT',
    doc: 'Remove literals of SQL, query strings, tokens in paths and data in error messages from every exported span.',
  }),
  redactPaths: flag(true, {
    env: 'SPANDREL_REDACT_PATHS',
    doc: 'Replace by `:param` each segment of a URL path that is no name. False: paths leave as they are.',
  }),
  allowedQueryParameters: nameList({
    env: 'SPANDREL_ALLOWED_QUERY_PARAMETERS',
    doc: 'Parameters of query strings that leave with their values, such as `page,limit`.',
  }),
  openAttributes: nameList({
    env: 'SPANDREL_OPEN_ATTRIBUTES',
    doc: 'Attributes that leave as they are, such as `db.query.text,process.command*`; headers that are credentials never do.',
  }),
  callSites: flag(true, {
    env: 'SPANDREL_CALL_SITES',
    doc: 'Find the line of code that issued repeated or slow queries and HTTP calls.',
  }),
  measureRequests: flag(true, {
    env: 'SPANDREL_MEASURE_REQUESTS',
    doc: 'Write CPU time and growth of the heap on requests that were alone in the process from start to end.',
  }),
  hashAllParameters: flag(false, {
    env: 'SPANDREL_HASH_ALL_PARAMETERS',
    doc: 'Write the hash of its parameters on every query, not only where a shape comes twice in a trace or its values stand in the text: equal reads of different requests (cacheable-read) and independent ones by one key (serial-queries) are then known.',
  }),
  parametersKey,
  keep: keepOption,
  maxHoldMs: positiveNumber(10_000, {
    env: 'SPANDREL_MAX_HOLD_MS',
    doc: 'Longest time a span waits for its local root before it is sent on, in milliseconds.',
  }),
  maxQuietMs: positiveNumber(600_000, {
    env: 'SPANDREL_MAX_QUIET_MS',
    doc: 'A trace in which nothing has ended for so long is let go unjudged, in milliseconds: nobody will end it.',
  }),
  maxHeldSpans: wholeNumber(50_000, 1, {
    env: 'SPANDREL_MAX_HELD_SPANS',
    doc: 'Spans held for their local roots at once; further ones are sent on unjudged.',
  }),
  maxHeldBytes: wholeNumber(64 * 1024 * 1024, 1024, {
    env: 'SPANDREL_MAX_HELD_BYTES',
    doc: 'Estimated memory of held spans, in bytes.',
  }),
  maxOverheadPercent: wholeNumber(30, 1, {
    env: 'SPANDREL_MAX_OVERHEAD_PERCENT',
    doc: 'Of 100 ms in which the thread is busy, how many judging may take, over ten seconds; beyond it work is shed: first call sites, then nine traces in ten, then all judging. 100: whatever it takes.',
  }),
  maxQueueSpans: wholeNumber(50_000, 1, {
    env: 'OTEL_BSP_MAX_QUEUE_SIZE',
    doc: 'Spans waiting for export; further ones are dropped and counted.',
  }),
  maxBatchSpans: wholeNumber(512, 1, {
    env: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    doc: 'Spans in one export.',
  }),
  exportDelayMs: positiveNumber(5000, {
    env: 'OTEL_BSP_SCHEDULE_DELAY',
    doc: 'Longest time a span waits for its batch to fill, in milliseconds.',
  }),
  exportTimeoutMs: positiveNumber(30_000, {
    env: 'OTEL_BSP_EXPORT_TIMEOUT',
    doc: 'After this time an export counts as failed, in milliseconds.',
  }),
};

/** Everything that can be set, the engine's options among it. */
export const processorOptionTable = { ...engineOptionTable, ...processorOwnOptionTable };

export type ResolvedProcessorOptions = OptionsOf<typeof processorOptionTable>;
export type ProcessorOptions = Partial<ResolvedProcessorOptions>;

/** Defaults filled in and checked; throws a `RangeError` naming option, rule and value. */
export function resolveProcessorOptions(given: ProcessorOptions = {}): ResolvedProcessorOptions {
  return resolveOptions(processorOptionTable, given);
}
