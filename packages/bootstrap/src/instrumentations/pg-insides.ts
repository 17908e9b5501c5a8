import type { DiagLogger, Histogram, Tracer, UpDownCounter } from '@opentelemetry/api';
import type { CountedPool } from './pg-pool-counts.ts';
import type { InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import type { PgInstrumentation, PgInstrumentationConfig } from '@opentelemetry/instrumentation-pg';

/** Takes a method of pg and returns what stands in its place. */
export type Patch = (original: Method) => Method;
export type Method = (this: never, ...args: never[]) => unknown;

/**
 * What we use of pg's instrumentation that its types keep private. True of the version we pin; where
 * another one differs, it is left as it is.
 */
export interface PgInsides {
  readonly tracer: Tracer;
  readonly _diag: DiagLogger;
  readonly _operationDuration: Histogram;
  /** The definitions in use; `getModuleDefinitions` makes new ones. */
  readonly _modules: readonly InstrumentationNodeModuleDefinition[];
  getConfig(): PgInstrumentationConfig;
  _getClientQueryPatch(): Patch;
  _getPoolConnectPatch(): Patch;
  readonly _connectionsCount: UpDownCounter;
  readonly _connectionPendingRequests: UpDownCounter;
  _recordPoolMax(pool: unknown): void;
  _setPoolConnectEventListeners(pool: CountedPool): void;
}

const methods = [
  '_getClientQueryPatch',
  '_getPoolConnectPatch',
  '_recordPoolMax',
  '_setPoolConnectEventListeners',
] as const;

/** Undefined for a version that is made differently. */
export function insidesOf(instrumentation: PgInstrumentation): PgInsides | undefined {
  const insides = instrumentation as unknown as PgInsides;
  const isKnown =
    methods.every((name) => typeof insides[name] === 'function') &&
    Array.isArray(insides._modules) &&
    typeof insides._operationDuration?.record === 'function';
  return isKnown ? insides : undefined;
}

/** Settings that ask for more than our patches do. */
export function asksForMore(config: PgInstrumentationConfig): boolean {
  return (
    config.requireParentSpan === true ||
    config.enhancedDatabaseReporting === true ||
    config.addSqlCommenterCommentToQueries === true ||
    config.enableTraceContextPropagation === true
  );
}
