import type { Destination } from '../exporter/destination.ts';
import { cutOff, hurry } from '../exporter/haste.ts';
import { load } from '../load.cts';
import { say } from '../say.ts';
import { watchLastMoment } from './last-moment.ts';
import { sendLastSpans } from './last-spans.ts';
import type { LastSpansConfig } from './last-spans.ts';
import { watchNaturalEnd } from './natural-end.ts';
import type { Spool, SpoolOptions } from './spool.ts';
import { watchSignals } from './signals.ts';

export interface EndingsConfig extends Omit<LastSpansConfig, 'spool'> {
  /** Sends the metrics. May reject. */
  readonly flushMetrics: () => Promise<void>;
  readonly options: SpoolOptions & { readonly flushTimeoutMs: number };
}

/** The end that follows a flush at once is the same end, and has what that left of the time. */
const sameEndMs = 100;

/**
 * Lets everything leave that has to when the process ends, within `flushTimeoutMs`, and leaves exit code
 * and signal what they would have been. While the process can still wait, it does so without
 * blocking (signals, nothing left to do); else in one turn (`process.exit()`, uncaught exceptions).
 * Says how many spans were not sent, and nothing when all were. Returns a function that undoes it.
 */
export function watchEndings(config: EndingsConfig): () => void {
  const { processor, options } = config;
  const timeoutMs = options.flushTimeoutMs;
  const spool = config.otlp && spoolFor(config.otlp.destination, options);
  const exported = (): number => processor()?.counts.exportedSpans ?? 0;
  let exportedBefore = 0;
  let flush = { endedMs: -Infinity, tookMs: 0, isWhole: true };

  const lastFlush = async (): Promise<boolean> => {
    const startMs = performance.now();
    let isWhole = false;
    exportedBefore = exported();
    hurry(true);
    const spans = (processor()?.lastFlush() ?? Promise.resolve(true)).then((hasAllLeft) => {
      isWhole = hasAllLeft;
    });
    const isInTime = await within(timeoutMs, Promise.allSettled([spans, config.flushMetrics()]));
    hurry(false);
    const endedMs = performance.now();
    flush = { endedMs, tookMs: endedMs - startMs, isWhole };
    return isInTime;
  };
  const end = (limitMs: number): void => {
    const { kept, lost } = sendLastSpans({ ...config, spool }, limitMs);
    spool?.stop();
    if (kept + lost === 0) return;
    const sent = exported() - exportedBefore;
    say(`the process ended: ${sent} spans sent, ${kept} kept for the next start, ${lost} lost`);
  };
  const isSameEnd = (): boolean => performance.now() - flush.endedMs < sameEndMs;
  const endAtOnce = (): void => {
    if (isSameEnd()) return end(flush.isWhole ? timeoutMs - flush.tookMs : 0);
    exportedBefore = exported();
    end(timeoutMs);
  };

  const onNaturalEnd = async (): Promise<void> => {
    if (await lastFlush()) return;
    cutOff();
    // Other exporters than ours may still keep the process. Whom the application has listening may
    // have something to do yet; and a process that ends by itself ends with its own exit code.
    if (process.listenerCount('beforeExit') === 0) setTimeout(() => process.exit(), 50).unref();
  };
  const unwatch = [
    watchSignals({
      onEnd: async () => {
        await lastFlush();
        endAtOnce();
      },
      onHaste: () => end(0),
      onPassing: () => void Promise.allSettled([processor()?.forceFlush(), config.flushMetrics()]),
    }),
    watchNaturalEnd(() => void onNaturalEnd()),
    watchLastMoment(endAtOnce),
  ];
  return () => {
    for (const one of unwatch) one();
  };
}

/** Undefined where none is asked for, or none can be had. */
function spoolFor(destination: Destination, options: SpoolOptions): Spool | undefined {
  if (options.spoolDir === '') return undefined;
  const { openSpool } = load<typeof import('./spool.ts')>('endings/spool');
  const spool = openSpool(destination, options) ?? undefined;
  spool?.resendLater();
  return spool;
}

/** True when `work` settled within `timeoutMs`, for which it keeps the process; it must not reject. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const isInTime = await Promise.race([work.then(() => true), deadline]);
  clearTimeout(timer);
  return isInTime;
}
