import { setTimeout as delay } from 'node:timers/promises';
import type { Backends } from './start-backends.ts';

/** How long a search waits for what is on its way. */
export const searchTimeoutMs = 30_000;

type Fields = Readonly<Record<string, string | number | boolean>>;

export interface FoundSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly tags: Fields;
  /** Jaeger calls them logs; `event` holds the event's name. */
  readonly events: readonly Fields[];
}

export interface FoundTrace {
  readonly traceId: string;
  readonly spans: readonly FoundSpan[];
}

/** As Jaeger's HTTP API answers, as far as the tests read it. */
interface JaegerTrace {
  traceID: string;
  spans: {
    spanID: string;
    operationName: string;
    references: { refType: string; spanID: string }[];
    tags: { key: string; value: string | number | boolean }[];
    logs: { fields: { key: string; value: string | number | boolean }[] }[];
  }[];
}

/** Traces of a service that have a span with all of these tags, as a person would search for them; may be none. */
export async function searchTraces(
  backends: Backends,
  {
    service,
    tags = {},
    limit = 20,
  }: { service: string; tags?: Record<string, string>; limit?: number },
): Promise<FoundTrace[]> {
  const query = new URLSearchParams({ service, tags: JSON.stringify(tags), limit: String(limit) });
  return ((await askJaeger(backends, query)).data ?? []).map(readTrace);
}

/** What Jaeger's API answers, as it is, for a service's last traces. */
export function jaegerDocument(
  backends: Backends,
  { service, limit }: { service: string; limit: number },
): Promise<object> {
  return askJaeger(backends, new URLSearchParams({ service, limit: String(limit) }));
}

async function askJaeger(
  backends: Backends,
  query: URLSearchParams,
): Promise<{ data: JaegerTrace[] | null; errors: unknown }> {
  const response = await fetch(`${backends.jaegerQueryUrl}/api/traces?${query}`);
  const body = (await response.json()) as { data: JaegerTrace[] | null; errors: unknown };
  if (!response.ok) throw new Error(`Jaeger: ${response.status} ${JSON.stringify(body.errors)}`);
  return body;
}

/** Searches until `isEnough` of what was found; fails with both programs' logs after `searchTimeoutMs`. */
export async function untilFound(
  backends: Backends,
  search: Parameters<typeof searchTraces>[1],
  isEnough = (traces: readonly FoundTrace[]) => traces.length > 0,
): Promise<FoundTrace[]> {
  const deadline = Date.now() + searchTimeoutMs;
  for (;;) {
    const traces = await searchTraces(backends, search);
    if (isEnough(traces)) return traces;
    if (Date.now() > deadline) {
      const what = `${traces.length} traces in Jaeger for ${JSON.stringify(search)}`;
      throw new Error(`${what}\n${await backends.logs()}`);
    }
    await delay(200);
  }
}

function readTrace(trace: JaegerTrace): FoundTrace {
  const spans = trace.spans.map((span) => ({
    spanId: span.spanID,
    parentSpanId: span.references.find((ref) => ref.refType === 'CHILD_OF')?.spanID ?? null,
    name: span.operationName,
    tags: fieldsOf(span.tags),
    events: span.logs.map((log) => fieldsOf(log.fields)),
  }));
  return { traceId: trace.traceID, spans };
}

function fieldsOf(pairs: { key: string; value: string | number | boolean }[]): Fields {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
