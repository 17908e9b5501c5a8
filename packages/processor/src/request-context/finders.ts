import { trace } from '@opentelemetry/api';
import type { OpenRequest } from './open-requests.ts';

/** What a processor gives to the functions that are called inside a request. */
export interface RequestFinder {
  find(traceId: string, spanId: string): OpenRequest | undefined;
  /** A call that met no open request. */
  ignored(): void;
}

/** One for all copies of this package in the process: the one that judges need not be the one that is called. */
const slot = Symbol.for('@spandrel/processor/requests/v1');
const globals = globalThis as unknown as { [slot]?: readonly RequestFinder[] };

/** Processors that are never shut down push the oldest out. */
const mostFinders = 8;

/** Gives the function that takes it away again. */
export function addFinder(finder: RequestFinder): () => void {
  globals[slot] = [...(globals[slot] ?? []), finder].slice(-mostFinders);
  return () => {
    globals[slot] = (globals[slot] ?? []).filter((one) => one !== finder);
  };
}

/** The open request of a span; undefined when there is none. Not counted. */
export function requestOfSpan(traceId: string, spanId: string): OpenRequest | undefined {
  for (const finder of globals[slot] ?? []) {
    const found = finder.find(traceId, spanId);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The request in which this is called; undefined outside of one. */
export function activeRequest(): OpenRequest | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  return active === undefined ? undefined : requestOfSpan(active.traceId, active.spanId);
}

/** Something was to be written on a request that is none. */
export function countIgnored(): void {
  for (const finder of globals[slot] ?? []) finder.ignored();
}
