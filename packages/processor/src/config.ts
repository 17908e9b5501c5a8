import type { MeterProvider } from '@opentelemetry/api';
import type { ProcessorOptions } from './options.ts';
import type { Stopwatch } from './own-time.ts';
import type { Exporter } from './sdk.ts';
import type { FindingEvent } from './verdicts.ts';

export interface SpandrelProcessorConfig extends ProcessorOptions {
  /**
   * Where spans go. Given, this processor owns the way out: it must be the SDK's only exporting
   * one. Left out, it works beside others: it judges and annotates, and redaction is theirs.
   */
  readonly exporter?: Exporter<never>;
  /** Called for every finding, in the turn its root ends. What it throws or rejects is swallowed. */
  readonly onFinding?: (event: FindingEvent) => void;
  /** Called once per kind of trouble and episode with a sentence about it. */
  readonly onTrouble?: (message: string) => void;
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider;
  /** Files inside it are reported relative to it. Default: the working directory. */
  readonly rootDir?: string;
  /** The clock, for tests: epoch milliseconds. */
  readonly now?: () => number;
  /** What our own time is measured with, for tests. */
  readonly stopwatch?: Stopwatch;
}
