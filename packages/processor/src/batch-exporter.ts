import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Episodes } from './episodes.ts';
import { swallow } from './guests.ts';
import type { OwnTime } from './own-time.ts';
import type { DropReason, SelfCounts } from './self-counts.ts';
import type { EndedSpan, Exporter, ExportResult, SdkResource } from './sdk.ts';

export interface BatchLimits {
  readonly maxQueueSpans: number;
  readonly maxBatchSpans: number;
  readonly exportDelayMs: number;
  readonly exportTimeoutMs: number;
}

/** Told of every export: how long it took until it was answered or given up, and why it failed. */
export type ExportListener = (tookMs: number, failure: DropReason | undefined) => void;

interface Outcome {
  /** Undefined when the exporter took the batch. */
  readonly dropped?: DropReason;
  readonly error?: unknown;
}

/** Spans that have not left, or are not known to have. */
export interface Surrendered {
  /** Never handed to the exporter, or known to have failed. */
  readonly waiting: EndedSpan[];
  /** Handed to the exporter, which has not answered. */
  readonly flying: EndedSpan[];
}

const timedOut: Outcome = { dropped: 'export_timeout' };

/** The SDK's own key, known by its words: what runs under it makes no spans. */
const suppressTracing = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * Spans on their way out, in batches, one export at a time. The queue is bounded; every span ends
 * as exported or as dropped with its reason. Never throws and never rejects: exporters that throw,
 * fail, hang or answer twice cost their batch and are counted once.
 */
export class BatchExporter {
  readonly #exporter: Exporter;
  readonly #limits: BatchLimits;
  readonly #counts: SelfCounts;
  readonly #episodes: Episodes;
  readonly #time: OwnTime;
  readonly #onExport: ExportListener;
  readonly #batchSpans: number;
  /** Resources whose detectors did not answer in time: not waited for again. */
  readonly #unready = new WeakSet<SdkResource>();
  #queue: EndedSpan[] = [];
  /** The batch that is being exported. */
  #flying: readonly EndedSpan[] = [];
  #isHanded = false;
  /** Batches that failed in the last flush, for `surrender`; before it they are dropped. */
  #failed: EndedSpan[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** Settles the export that runs. No closure over its batch, which would live until the next one. */
  #settle: ((outcome: Outcome) => void) | undefined;
  #isShut = false;
  #isOutOfTime = false;
  #ending: Promise<void> | undefined;

  constructor(
    exporter: Exporter,
    limits: BatchLimits,
    counts: SelfCounts,
    episodes: Episodes,
    time: OwnTime,
    onExport: ExportListener,
  ) {
    this.#time = time;
    this.#onExport = onExport;
    this.#exporter = exporter;
    this.#limits = limits;
    this.#counts = counts;
    this.#episodes = episodes;
    this.#batchSpans = Math.min(limits.maxBatchSpans, limits.maxQueueSpans);
  }

  /** Spans that wait; a batch under way is not among them. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Spans in the batch under way. */
  get underWay(): number {
    return this.#flying.length;
  }

  add(span: EndedSpan): void {
    if (this.#isShut) return this.#counts.drop('shutdown', 1);
    if (this.#queue.length >= this.#limits.maxQueueSpans) {
      this.#counts.drop('queue_full', 1);
      const { maxQueueSpans } = this.#limits;
      this.#episodes.tell('queue_full', `the export queue is full (${maxQueueSpans} spans)`);
      return;
    }
    this.#queue.push(span);
    if (this.#running === undefined) this.#schedule();
  }

  /** Exports what is queued now, or as much of it as `exportTimeoutMs` allows. */
  async flush(): Promise<void> {
    await within(this.#limits.exportTimeoutMs, () => this.#drain());
  }

  /**
   * Takes no more and exports what is queued within `exportTimeoutMs`; drops and counts the rest.
   * Calling it again waits for the first call.
   */
  shutdown(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  /**
   * As `flush`; from now on batches that fail are kept for `surrender`, as many as the queue holds.
   * True when nothing is left.
   */
  async lastFlush(): Promise<boolean> {
    this.#failed ??= [];
    await this.flush();
    return (this.#failed?.length ?? 0) + this.#flying.length + this.#queue.length === 0;
  }

  /**
   * Hands over, in this very turn, what has not left, to be sent or kept by other means; the caller
   * counts it. Nothing leaves by this way any more.
   */
  surrender(): Surrendered {
    const flying = this.#isHanded ? [...this.#flying] : [];
    const waiting = [
      ...(this.#failed ?? []),
      ...(this.#isHanded ? [] : this.#flying),
      ...this.#queue,
    ];
    this.#isShut = true;
    this.#flying = [];
    this.#failed = undefined;
    this.#queue = [];
    clearTimeout(this.#timer);
    return { waiting, flying };
  }

  async #end(): Promise<void> {
    this.#isShut = true;
    const { exportTimeoutMs } = this.#limits;
    await within(exportTimeoutMs, () => this.#drain());
    this.#counts.drop('shutdown', this.#queue.length);
    this.#queue = [];
    clearTimeout(this.#timer);
    this.#isOutOfTime = true;
    this.#settle?.(timedOut);
    await this.#running;
    await within(exportTimeoutMs, () => this.#exporter.shutdown());
  }

  /** Spans that come while it runs are not waited for, or it might never end. */
  async #drain(): Promise<void> {
    const queued = Math.ceil(this.#queue.length / this.#batchSpans);
    const batches = this.#running === undefined ? queued : queued + 1;
    for (let batch = 0; batch < batches; batch++) {
      this.#start();
      await this.#running;
    }
    await this.#exporter.forceFlush?.();
  }

  #schedule(): void {
    if (this.#queue.length >= this.#batchSpans) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#limits.exportDelayMs).unref();
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running !== undefined || this.#queue.length === 0) return;
    this.#running = this.#exportBatch().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0 && !this.#isShut) this.#schedule();
    });
  }

  async #exportBatch(): Promise<void> {
    const batch = this.#queue.splice(0, this.#batchSpans);
    const { length } = batch;
    this.#flying = batch;
    this.#isHanded = false;
    await this.#resourcesOf(batch);
    if (this.#flying !== batch) return; // Surrendered.
    const sinceMs = this.#time.begin();
    // The exporter owns its array and may empty it.
    this.#isHanded = true;
    const { dropped, error } = await this.#export([...batch]);
    if (this.#flying !== batch) return;
    this.#flying = [];
    this.#onExport(this.#time.begin() - sinceMs, dropped);
    if (dropped === undefined) {
      this.#counts.exportedSpans += length;
      this.#counts.exportedBatches++;
    } else {
      const isKept = this.#hasRoomForFailed(length);
      if (isKept) this.#failed?.push(...batch);
      this.#counts.failExport(dropped, isKept ? 0 : length);
      const why = dropped === 'export_timeout' ? 'timed out' : 'failed';
      this.#episodes.tell(
        dropped,
        `spans could not be exported, the export ${why}${wordsOf(error)}`,
      );
    }
  }

  #hasRoomForFailed(spans: number): boolean {
    return this.#failed !== undefined && this.#failed.length + spans <= this.#limits.maxQueueSpans;
  }

  #export(batch: EndedSpan[]): Promise<Outcome> {
    return new Promise<Outcome>((resolve) => {
      if (this.#isOutOfTime) return resolve(timedOut);
      this.#settle = resolve;
      const timer = setTimeout(resolve, this.#limits.exportTimeoutMs, timedOut).unref();
      const done = (result: ExportResult | undefined): void => {
        clearTimeout(timer);
        const isExported = result?.code === 0;
        resolve(isExported ? {} : { dropped: 'export_failed', error: result?.error });
      };
      try {
        // Not in the active context, which is that of the request that happened to fill the batch.
        const quiet = ROOT_CONTEXT.setValue(suppressTracing, true);
        const sinceMs = this.#time.begin();
        const returned: unknown = context.with(quiet, () => this.#exporter.export(batch, done));
        this.#time.done('export', sinceMs);
        swallow(returned, (error) => done({ code: 1, error: error as Error }));
      } catch (error) {
        done({ code: 1, error: error as Error });
      }
    });
  }

  /** Resource detectors that are still at work are waited for once, and no longer than an export. */
  async #resourcesOf(batch: readonly EndedSpan[]): Promise<void> {
    let seen: SdkResource | undefined;
    for (const { resource } of batch) {
      if (resource === seen) continue;
      seen = resource;
      if (resource?.asyncAttributesPending !== true || this.#unready.has(resource)) continue;
      const { exportTimeoutMs } = this.#limits;
      const isReady = await within(exportTimeoutMs, () => resource.waitForAsyncAttributes?.());
      if (!isReady) this.#unready.add(resource);
    }
  }
}

/** True when `work` settled within `timeoutMs`. Never rejects; what is late goes on unwatched. */
async function within(timeoutMs: number, work: () => unknown): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs).unref();
    const settle = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    try {
      Promise.resolve(work()).then(settle, settle);
    } catch {
      settle();
    }
  });
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return message === '' ? '' : `: ${message.slice(0, 200)}`;
}
