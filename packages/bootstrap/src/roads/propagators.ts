import { diag } from '@opentelemetry/api';
import type { TextMapPropagator } from '@opentelemetry/api';
import {
  CompositePropagator,
  getStringListFromEnv,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { load } from '../load.cts';

const b3 = (): typeof import('./b3.ts') => load('roads/b3');

const propagators: Readonly<Record<string, () => TextMapPropagator>> = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
  b3: () => b3().single(),
  b3multi: () => b3().multi(),
};

/** What `OTEL_PROPAGATORS` asks for; null for none at all. */
export function propagatorFromEnv(): TextMapPropagator | null {
  const given = getStringListFromEnv('OTEL_PROPAGATORS') ?? ['tracecontext', 'baggage'];
  if (given.includes('none')) return null;
  const made = [...new Set(given)].flatMap((name) => {
    if (Object.hasOwn(propagators, name)) return propagators[name]?.() ?? [];
    diag.warn(`Propagator "${name}" requested through environment variable is unavailable.`);
    return [];
  });
  if (made.length < 2) return made[0] ?? null;
  return new CompositePropagator({ propagators: made });
}
