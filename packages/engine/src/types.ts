/** Anything: attributes come from foreign code and are checked where they are read. */
export type AttributeValue = unknown;

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Numbers of OpenTelemetry's JavaScript API; OTLP's are one higher. */
export const SpanKind = Object.freeze({
  internal: 0,
  server: 1,
  client: 2,
  producer: 3,
  consumer: 4,
});
export const StatusCode = Object.freeze({ unset: 0, ok: 1, error: 2 });

export interface SpanEvent {
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly attributes: Attributes;
}

/**
 * One ended span, the engine's only input. Every door (SDK, OTLP, Jaeger) makes this shape.
 * Times are milliseconds since the Unix epoch as a double; `durationMs` comes from the
 * source and is never `endMs - startMs`, because epoch doubles lose microseconds.
 */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent for a trace's first span. */
  readonly parentSpanId: string | undefined;
  /** True for the first span of a trace in its process: no parent, or a remote one. */
  readonly isLocalRoot: boolean;
  /**
   * True when the source does not say where the parent is, so that `isLocalRoot` is a guess by the
   * kind. Whoever holds the whole trace knows better: see `local-roots.ts`.
   */
  readonly isRootGuessed?: boolean;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly statusCode: number;
  /** Name of the instrumentation that made the span; empty when unknown. */
  readonly scope: string;
}

export type Severity = 'info' | 'warning' | 'error' | 'critical';
export type Confidence = 'low' | 'medium' | 'high';
/** Name of a rule in the table of `rules/index.ts`, such as `n-plus-one-query`. */
export type RuleName = string;

/** File as the process knows it (relative to its working directory where it lies inside). */
export interface CallSite {
  readonly file: string;
  readonly line: number | null;
  /** Null for top-level code and anonymous functions. */
  readonly function: string | null;
}

export interface Advice {
  /** One or two sentences in the imperative. */
  readonly text: string;
  /** A statement or a call to write instead, ready to paste; null where none can be given safely. */
  readonly statement: string | null;
  /**
   * Whether `statement` gives what the loop gave. `proved`: this kind of rewriting is run against
   * PostgreSQL in the engine's tests, row for row; `unproved`: it is not. Null without a statement.
   */
  readonly proof: 'proved' | 'unproved' | null;
}

/**
 * One problem in one trace. Null where a thing is not known. Two scores are kept apart: `repeats`
 * says how bad the structure is, `costMs` what it costs; list by the first, alert on the second.
 */
export interface Finding {
  readonly rule: RuleName;
  /** What happened, one sentence for people, without the place and the advice. */
  readonly message: string;
  /** 16 hexadecimal digits: rule, shape and call site (file and function, never line). */
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly endpoint: string;
  readonly traceId: string;
  /** All members of the group, in order of start. */
  readonly spanIds: readonly string[];
  /** How many calls the group holds; null where a rule does not count. */
  readonly repeats: number | null;
  /** What the calls have in common: a query's shape, a URL's template, a cache and its key's pattern. */
  readonly shape: string | null;
  /** The same in few words, of low cardinality. */
  readonly summary: string | null;
  readonly callSite: CallSite | null;
  /** Up to five frames above the call site, innermost first. */
  readonly callers: readonly CallSite[];
  /** True when members overlap in time. */
  readonly parallel: boolean | null;
  /** Wall time that the members cover together on the critical path of the trace. */
  readonly costMs: number;
  /** Estimated wall time of the trace saved by following the advice; null when nothing supports one. */
  readonly savingMs: number | null;
  readonly advice: Advice;
}

/** Findings of one fingerprint over time. `repeats`, cost, saving, trace and spans are of the trace with the most evidence. */
export interface Problem {
  readonly rule: RuleName;
  readonly message: string;
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly service: string;
  readonly endpoint: string;
  readonly occurrences: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly repeats: number | null;
  readonly shape: string | null;
  readonly summary: string | null;
  readonly callSite: CallSite | null;
  readonly callers: readonly CallSite[];
  readonly parallel: boolean | null;
  readonly costMs: number;
  readonly savingMs: number | null;
  readonly advice: Advice;
  readonly traceId: string;
  readonly spanIds: readonly string[];
}

export interface EndpointReport {
  readonly endpoint: string;
  readonly calls: number;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  readonly queriesPerCall: number | null;
  /** Hits over hits and misses; null when the endpoint read no cache. */
  readonly cacheHitRatio: number | null;
  /** True when its p95 is over the limit of `slow-endpoint`. */
  readonly slow: boolean;
  /** Fingerprints of the problems seen at this endpoint. */
  readonly problems: readonly string[];
}

export interface ServiceReport {
  readonly service: string;
  readonly endpoints: readonly EndpointReport[];
}

/** What people and machines read; the terminal page is drawn from the same data. */
export interface Report {
  readonly version: 1;
  readonly durationMs: number;
  readonly services: readonly ServiceReport[];
  readonly problems: readonly Problem[];
  /** Findings that were suppressed, by the reason given; they are in no problem. */
  readonly suppressed: {
    readonly findings: number;
    readonly reasons: Readonly<Record<string, number>>;
  };
  readonly exported: { readonly spans: number; readonly batches: number };
  readonly dropped: {
    readonly spans: number;
    readonly traces: number;
    /** Count by reason, only reasons that happened. */
    readonly reasons: Readonly<Record<string, number>>;
  };
}
