import { BatchExporter } from './batch-exporter.ts';
import type { BatchLimits, ExportListener, Surrendered } from './batch-exporter.ts';
import type { Episodes } from './episodes.ts';
import { isSampled } from './keeping.ts';
import type { OwnTime } from './own-time.ts';
import type { Privacy } from './privacy/redaction.ts';
import type { EndedSpan, Exporter } from './sdk.ts';
import type { SelfCounts } from './self-counts.ts';

/**
 * How spans leave when the processor owns the way out: made safe, then in batches. Without an
 * exporter nothing leaves by it, and nothing is counted as lost. Never throws.
 */
export class WayOut {
  readonly #exporter: BatchExporter | undefined;
  readonly #privacy: Privacy | undefined;
  readonly #counts: SelfCounts;
  readonly #episodes: Episodes;

  /** Without `privacy` spans leave as they are. */
  constructor(
    exporter: Exporter<never> | undefined,
    limits: BatchLimits,
    privacy: Privacy | undefined,
    counts: SelfCounts,
    episodes: Episodes,
    time: OwnTime,
    onExport: ExportListener,
  ) {
    this.#privacy = privacy;
    this.#counts = counts;
    this.#episodes = episodes;
    if (exporter !== undefined) {
      this.#exporter = new BatchExporter(exporter, limits, counts, episodes, time, onExport);
    }
  }

  /** Spans that wait for their batch, and those of the batch under way. */
  get waiting(): { queued: number; underWay: number } {
    const { queued = 0, underWay = 0 } = this.#exporter ?? {};
    return { queued, underWay };
  }

  /** Leaves out what the sampler left out, unless it `isKept`. */
  send(span: EndedSpan, isKept = false): void {
    if (this.#exporter === undefined) return;
    try {
      if (!isKept && !isSampled(span)) return;
      this.#privacy?.redact(span);
    } catch (error) {
      // A span that could not be made safe stays here.
      return this.lose(error);
    }
    this.#exporter.add(span);
  }

  /** A span that an error of ours keeps here. */
  lose(error: unknown): void {
    if (this.#exporter !== undefined) this.#counts.drop('internal_error', 1);
    this.#episodes.swallowed(error);
  }

  flush(): Promise<void> {
    return this.#exporter?.flush() ?? Promise.resolve();
  }

  lastFlush(): Promise<boolean> {
    return this.#exporter?.lastFlush() ?? Promise.resolve(true);
  }

  surrender(): Surrendered {
    return this.#exporter?.surrender() ?? { waiting: [], flying: [] };
  }

  shutdown(): Promise<void> {
    return this.#exporter?.shutdown() ?? Promise.resolve();
  }
}
