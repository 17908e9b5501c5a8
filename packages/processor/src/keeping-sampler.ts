import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';

/** Of the SDK's samplers what we use; both lines have it. */
export interface Sampler {
  shouldSample(around: Context, ...about: never[]): SamplingResult;
  toString(): string;
}

interface SamplingResult {
  readonly decision: number;
}

const notRecord = 0;
const record = 1;
const sampledFlag = 1;

/**
 * The sampler that `keep` needs: what `sampler` leaves out is recorded all the same, unsampled, so
 * that the processor sees it and services behind are told that it is not sampled.
 *
 * What others have decided stays: a caller's "not sampled" is respected, and a sampler that is
 * switched off (`always_off`, or with it as root) is returned as it is.
 */
export function keepingSampler<Given extends Sampler>(sampler: Given): Given {
  if (/^(ParentBased\{root=)?AlwaysOffSampler/.test(sampler.toString())) return sampler;
  const keeping: Sampler = {
    shouldSample(around, ...about) {
      const result = sampler.shouldSample(around, ...about);
      if (result.decision !== notRecord || !isForUs(around)) return result;
      return { ...result, decision: record };
    },
    toString: () => `Keeping{${sampler.toString()}}`,
  };
  return keeping as Given;
}

/** A new trace, or below a span that was recorded here; also below a caller that was sampled. */
function isForUs(around: Context): boolean {
  const parent = trace.getSpan(around);
  const context = parent?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return true;
  if (context.isRemote === true) return (context.traceFlags & sampledFlag) !== 0;
  // Only spans of an SDK know when they started; isRecording would be false for those that have ended.
  return 'startTime' in parent!;
}
