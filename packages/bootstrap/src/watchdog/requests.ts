import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Cause } from './likely-cause.ts';

/** What the watchdog asks of the process. */
export interface Watched {
  /** Server spans that were started and recorded so far. */
  readonly serverSpans: () => number;
  /** Of requests without a parent, as the sampler has it; above 0, or 0 for none. */
  readonly share: number;
  readonly likelyCause: () => Cause;
  /** Told once, with the code of `spandrel doctor`. */
  readonly warn: (sentence: string) => void;
}

const channel = 'http.server.request.start';
const graceMs = 1000;

/**
 * Warns once when this process answers requests and makes no server spans. It is gone with the first
 * server span, or the warning: a process that works pays for two requests. Never throws. Returns a
 * function that ends it.
 */
export function watchRequests({ serverSpans, share, likelyCause, warn }: Watched): () => void {
  // With a thin sampler many requests may pass before the first is recorded.
  const enough = share === 0 ? 1 : Math.ceil(10 / share) - 9;
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;

  const stop = (): void => {
    unsubscribe(channel, onRequest);
    clearTimeout(timer);
  };
  const judge = (): void => {
    stop();
    if (serverSpans() > 0) return;
    const { code, sentence } = likelyCause();
    const requests = seen === 1 ? '1 request' : `${seen} requests`;
    warn(`${requests} and no server spans: ${sentence} (${code}; spandrel doctor says more)`);
  };
  function onRequest(message: unknown): void {
    if (serverSpans() > 0) return stop();
    if (share > 0 && isUnsampled(message)) return;
    seen += 1;
    if (seen === enough) timer = setTimeout(judge, graceMs).unref();
  }
  subscribe(channel, onRequest);
  return stop;
}

/** Its caller says that the trace is not recorded, and we follow. */
function isUnsampled(message: unknown): boolean {
  const { request } = message as { request?: { headers?: Record<string, unknown> } };
  const parent = request?.headers?.['traceparent'];
  return typeof parent === 'string' && /-[0-9a-f][02468ace]$/.test(parent);
}
