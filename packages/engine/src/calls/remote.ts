import { databaseSystem } from '../database.ts';
import type { Trace } from '../trace.ts';
import { SpanKind } from '../types.ts';
import type { Span } from '../types.ts';

/** A call to another process that is no database: HTTP, RPC, or a message that is sent. */
export interface RemoteCall {
  readonly span: Span;
  /** `POST api.example/charges`, or the span's name. */
  readonly template: string;
}

/** All of them, in no order; of an SDK's span and the HTTP call that carries it the SDK's counts. */
export function remoteCallsOf(trace: Trace): RemoteCall[] {
  const named = trace.others.filter(isRpcOrMessage).map((span) => ({ span, template: span.name }));
  const carriers = new Set(named.map(({ span }) => span));
  const plain = trace.httpCalls.filter(({ span }) => {
    const parent = trace.parentOf(span);
    return !carriers.has(span) && (parent === undefined || !carriers.has(parent));
  });
  return [...named, ...plain.map(({ span, template }) => ({ span, template }))];
}

function isRpcOrMessage({ kind, attributes }: Span): boolean {
  if (kind !== SpanKind.client && kind !== SpanKind.producer) return false;
  const system =
    attributes['rpc.system'] ?? attributes['rpc.system.name'] ?? attributes['messaging.system'];
  return system !== undefined && databaseSystem(attributes) === undefined;
}
