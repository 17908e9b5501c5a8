import { ATTR_CPU_MS, ATTR_MEMORY_BYTES, ATTR_TENANT_ID } from '../names.ts';
import type { Verdict } from '../judge.ts';
import type { Attributes } from '../types.ts';

/** One request that has ended. Null where its spans do not tell. */
export interface RequestRow {
  /** Trace id. */
  readonly id: string;
  readonly service: string;
  readonly endpoint: string;
  readonly method: string | null;
  /** `enduser.id` or `user.id`, when the application sets one. */
  readonly user: string | null;
  /** `spandrel.tenant.id`, as `setTenant` writes it. */
  readonly tenant: string | null;
  readonly startMs: number;
  readonly durationMs: number;
  /** Of HTTP. */
  readonly status: number | null;
  readonly isError: boolean;
  readonly queries: number;
  readonly queriesMs: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Growth of the heap; known of requests that were alone in their process, or that say it. */
  readonly memoryBytes: number | null;
  /** CPU time of the thread, known of the same. */
  readonly cpuMs: number | null;
  /** Fingerprints of what was found in it. */
  readonly findings: readonly string[];
}

/** The last `max` requests by trace id. Of several local roots of one trace the longest is kept. */
export class Requests {
  readonly #max: number;
  readonly #byId = new Map<string, RequestRow>();
  /** Ids in the order of their coming, written around: the front of a `Map` is slow to find. */
  readonly #ids: string[] = [];
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get(traceId: string): RequestRow | undefined {
    return this.#byId.get(traceId);
  }

  add(row: RequestRow): void {
    const known = this.#byId.get(row.id);
    if (known !== undefined) {
      if (row.durationMs > known.durationMs) this.#byId.set(row.id, row);
      return;
    }
    const oldest = this.#ids[this.#next];
    if (oldest !== undefined) this.#byId.delete(oldest);
    this.#ids[this.#next] = row.id;
    this.#next = (this.#next + 1) % this.#max;
    this.#byId.set(row.id, row);
  }
}

/** Undefined for a verdict without a root: late children are no request. */
export function requestOf(service: string, verdict: Verdict): RequestRow | undefined {
  const { root, findings } = verdict;
  if (root === undefined) return undefined;
  const { attributes } = root;
  return {
    id: verdict.traceId,
    service,
    endpoint: verdict.endpoint,
    method: text(attributes, 'http.request.method', 'http.method'),
    user: text(attributes, 'enduser.id', 'user.id'),
    tenant: text(attributes, ATTR_TENANT_ID),
    startMs: verdict.startMs,
    durationMs: verdict.durationMs,
    status: number(attributes, 'http.response.status_code', 'http.status_code'),
    isError: verdict.isError,
    queries: verdict.queryCount,
    queriesMs: verdict.queryDurationMs,
    cacheHits: verdict.cacheHitCount,
    cacheMisses: verdict.cacheMissCount,
    memoryBytes: number(attributes, ATTR_MEMORY_BYTES),
    cpuMs: number(attributes, ATTR_CPU_MS),
    findings: findings.length === 0 ? none : findings.map(({ fingerprint }) => fingerprint),
  };
}

const none: readonly string[] = Object.freeze([]);

/** The first of `names` that holds a text. */
function text(attributes: Attributes, ...names: string[]): string | null {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function number(attributes: Attributes, ...names: string[]): number | null {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return null;
}
