import { storeKeyOf } from './cache.ts';
import { databaseSystem, parametersOf, queryLanguageOf, statementText } from '../database.ts';
import type { Query } from '../database.ts';
import { onceATrace } from '../once-a-trace.ts';
import type { Trace } from '../trace.ts';
import { SpanKind, StatusCode } from '../types.ts';
import type { Attributes, Span } from '../types.ts';
import type { HttpCall } from './http.ts';

/** One call out of the process, seen as something that may fail and be tried again. */
export interface Attempt {
  readonly span: Span;
  /** What was asked for in general: a query's shape, a URL's template, a span's name and target. */
  readonly operation: string;
  /** The same in few words, for people. */
  readonly summary: string;
  /** Equal for attempts at the very same thing; null when the parameters are not known. */
  readonly request: string | null;
  /** False when a part of the request, such as a body, is not on the span. */
  readonly isWhole: boolean;
  readonly hasFailed: boolean;
}

/** True for the status ERROR; HTTP calls tell more and are asked by `HttpCall.hasFailed`. */
export function hasFailed({ statusCode }: Span): boolean {
  return statusCode === StatusCode.error;
}

const none: readonly Attempt[] = [];

/**
 * All calls out of the process, the innermost span of each, as they arrived; empty when no span of
 * the trace failed, which is the usual case.
 */
export function attemptsOf(trace: Trace): readonly Attempt[] {
  if (!trace.hasFailures) return none;
  return readOnce(trace);
}

const readOnce = onceATrace(readAttempts);

function readAttempts(trace: Trace): readonly Attempt[] {
  const attempts = [
    ...[...trace.queries, ...trace.controls].map(queryAttempt),
    ...trace.httpCalls.map(httpAttempt),
  ];
  const seen = new Set(attempts.map(({ span }) => span));
  const outer = spansAbove(trace, seen);
  const others = trace.spans.filter(
    (span) => isOutgoing(span) && span !== trace.root && !seen.has(span) && !outer.has(span),
  );
  const above = spansAbove(trace, new Set(others));
  for (const span of others) if (!above.has(span)) attempts.push(otherAttempt(span));
  return attempts;
}

function spansAbove(trace: Trace, spans: ReadonlySet<Span>): Set<Span> {
  const above = new Set<Span>();
  for (const span of spans) {
    for (const ancestor of trace.ancestorsOf(span)) {
      if (above.has(ancestor)) break;
      above.add(ancestor);
    }
  }
  return above;
}

function queryAttempt(query: Query): Attempt {
  const { span, statement } = query;
  const { text, summary } = statement.shape;
  const parameters = parametersOf(query);
  return {
    span,
    operation: text,
    summary,
    request: parameters === null ? null : `${text} ${parameters}`,
    isWhole: true,
    hasFailed: hasFailed(span),
  };
}

function httpAttempt(call: HttpCall): Attempt {
  const { span, method, host, sentPath, query, template } = call;
  return {
    span,
    operation: template,
    summary: template,
    request: `${method} ${host}${sentPath}?${query ?? ''}`,
    isWhole: (method === 'GET' || method === 'HEAD') && query !== '',
    hasFailed: call.hasFailed,
  };
}

/** HTTP calls are counted already, or are telemetry's own. */
function isOutgoing({ kind, attributes }: Span): boolean {
  if (attributes['http.request.method'] !== undefined) return false;
  return kind === SpanKind.client || kind === SpanKind.producer;
}

/** Connects, remote procedures, commands of key-value stores, messages sent. */
function otherAttempt(span: Span): Attempt {
  const { attributes, name } = span;
  const system = databaseSystem(attributes);
  const operation = `${name} ${targetOf(attributes)}`.trimEnd();
  const hasText = statementText(attributes) !== undefined;
  const isCommand = system !== undefined && queryLanguageOf(system) === 'command';
  // Keys leave the process removed, so that only what is said of them counts: a hash, for reads.
  const key = isCommand && hasText ? storeKeyOf(attributes)?.key : '';
  return {
    span,
    operation,
    summary: operation,
    request: key === undefined ? null : `${operation} ${key}`,
    isWhole: isCommand || !hasText,
    hasFailed: hasFailed(span),
  };
}

function targetOf(attributes: Attributes): string {
  const target =
    attributes['server.address'] ??
    attributes['net.peer.name'] ??
    attributes['messaging.destination.name'];
  return typeof target === 'string' ? target : '';
}
