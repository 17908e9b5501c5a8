import { context, createContextKey } from '@opentelemetry/api';
import type { SelfCounts } from './self-counts.ts';
import type { EndedSpan, Exporter, ExportResult } from './sdk.ts';

export interface BatchLimits {
  readonly maxQueueSpans: number;
  readonly maxBatchSpans: number;
  readonly exportDelayMs: number;
  readonly exportTimeoutMs: number;
}

/** The SDK's own key, known by its words: what runs under it makes no spans. */
const suppressTracing = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * Spans on their way out, in batches, one export at a time. The queue is bounded; every span ends
 * as exported or as dropped with its reason. Never throws and never rejects: exporters that throw,
 * fail or hang cost their batch and are counted.
 */
export class BatchExporter {
  readonly #exporter: Exporter;
  readonly #limits: BatchLimits;
  readonly #counts: SelfCounts;
  readonly #onTrouble: (what: string) => void;
  #queue: EndedSpan[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isShut = false;

  constructor(
    exporter: Exporter,
    limits: BatchLimits,
    counts: SelfCounts,
    onTrouble: (what: string) => void,
  ) {
    this.#exporter = exporter;
    this.#limits = limits;
    this.#counts = counts;
    this.#onTrouble = onTrouble;
  }

  get queuedSpans(): number {
    return this.#queue.length;
  }

  add(span: EndedSpan): void {
    if (this.#isShut) return this.#counts.drop('shutdown', 1);
    if (this.#queue.length >= this.#limits.maxQueueSpans) {
      this.#counts.drop('queue_full', 1);
      this.#onTrouble(`export queue is full (${this.#limits.maxQueueSpans} spans)`);
      return;
    }
    this.#queue.push(span);
    if (this.#running !== undefined) return;
    if (this.#queue.length >= this.#limits.maxBatchSpans) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#limits.exportDelayMs).unref();
  }

  /** Exports all that is queued now. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0 || this.#running !== undefined) {
      this.#start();
      await this.#running;
    }
  }

  /** Flushes, then takes no more. Calling it again does nothing. */
  async shutdown(): Promise<void> {
    if (this.#isShut) return;
    await this.flush();
    this.#isShut = true;
    await this.#exporter.shutdown().catch(() => undefined);
  }

  /** Gives up what is still queued, and counts it. */
  abandon(): void {
    this.#isShut = true;
    this.#counts.drop('shutdown', this.#queue.length);
    this.#queue = [];
    clearTimeout(this.#timer);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running !== undefined || this.#queue.length === 0) return;
    this.#running = this.#exportBatch().finally(() => {
      this.#running = undefined;
      if (this.#queue.length >= this.#limits.maxBatchSpans) this.#start();
      else if (this.#queue.length > 0 && !this.#isShut) {
        this.#timer ??= setTimeout(() => this.#start(), this.#limits.exportDelayMs).unref();
      }
    });
  }

  async #exportBatch(): Promise<void> {
    const batch = this.#queue.splice(0, this.#limits.maxBatchSpans);
    await resourceIsReady(batch);
    const outcome = await this.#export(batch);
    if (outcome === 'exported') {
      this.#counts.exportedSpans += batch.length;
      this.#counts.exportedBatches++;
    } else {
      this.#counts.drop(outcome, batch.length);
      this.#onTrouble(`spans could not be exported (${outcome.replace('_', ' ')})`);
    }
  }

  #export(batch: EndedSpan[]): Promise<'exported' | 'export_failed' | 'export_timeout'> {
    return new Promise((resolve) => {
      const { exportTimeoutMs } = this.#limits;
      const timer = setTimeout(() => resolve('export_timeout'), exportTimeoutMs).unref();
      const done = (result: ExportResult | undefined): void => {
        clearTimeout(timer);
        resolve(result?.code === 0 ? 'exported' : 'export_failed');
      };
      try {
        context.with(context.active().setValue(suppressTracing, true), () =>
          this.#exporter.export(batch, done),
        );
      } catch {
        done({ code: 1 });
      }
    });
  }
}

async function resourceIsReady(batch: readonly EndedSpan[]): Promise<void> {
  for (const resource of new Set(batch.map((span) => span.resource))) {
    if (resource.asyncAttributesPending !== true) continue;
    await resource.waitForAsyncAttributes?.().catch(() => undefined);
  }
}
