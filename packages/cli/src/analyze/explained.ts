import type { Entry, NearMiss, Verdict, WholeVerdict } from '@spandrel/engine';

/** Why rules did not fire in one trace. */
export interface ExplainedTrace {
  readonly traceId: string;
  readonly service: string;
  readonly endpoint: string;
  readonly durationMs: number;
  readonly nearest: readonly NearMiss[];
}

export interface Explanation {
  /** Traces in which something came near a limit. */
  readonly traces: number;
  /** The slowest of them, at most `mostExplained`. */
  readonly slowest: readonly ExplainedTrace[];
}

export const mostExplained = 20;

/** Collects the near misses of the slowest traces, in bounded memory. */
export class Explained {
  #traces = 0;
  #slowest: ExplainedTrace[] = [];

  readonly take = (service: string, verdict: Verdict, entry: Entry): void => {
    const { traceId, endpoint, durationMs } = verdict;
    const nearest = [...verdict.nearest, ...entry.nearest];
    if (nearest.length === 0) return;
    this.#traces++;
    this.#slowest.push({ traceId, service, endpoint, durationMs, nearest });
    if (this.#slowest.length >= 50 * mostExplained) this.#forget();
  };

  /** What a trace's parts show together comes right after the parts. */
  readonly takeWhole = (traceId: string, { nearest }: WholeVerdict): void => {
    const last = this.#slowest.at(-1);
    if (nearest.length === 0 || last?.traceId !== traceId) return;
    this.#slowest[this.#slowest.length - 1] = { ...last, nearest: [...last.nearest, ...nearest] };
  };

  explanation(): Explanation {
    this.#forget();
    return { traces: this.#traces, slowest: this.#slowest };
  }

  #forget(): void {
    this.#slowest = this.#slowest.sort(slowestFirst).slice(0, mostExplained);
  }
}

function slowestFirst(a: ExplainedTrace, b: ExplainedTrace): number {
  return b.durationMs - a.durationMs || (a.traceId < b.traceId ? -1 : 1);
}
