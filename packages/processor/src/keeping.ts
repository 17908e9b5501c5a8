import type { OptionSpec, Verdict } from '@spandrel/engine';
import type { EndedSpan } from './sdk.ts';

const kinds = ['findings', 'errors', 'slow'] as const;

/** What is kept although the sampler left it out. */
export type Keep = (typeof kinds)[number];

const errorStatus = 2;
const sampledFlag = 1;

/** Nothing unless asked for, because it biases what is counted downstream. */
export const keepOption: OptionSpec<readonly Keep[]> = {
  default: Object.freeze([]),
  env: 'SPANDREL_KEEP',
  doc: 'Record all, and send traces that the sampler left out but that have `findings`, `errors` (the request failed) or are `slow`; marked with `spandrel.kept`.',
  rule: 'a list of findings, errors and slow',
  accepts: (given): given is readonly Keep[] =>
    Array.isArray(given) && given.every((one) => kinds.includes(one as Keep)),
  parse: (text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '') as Keep[],
  schema: { type: 'array', items: { type: 'string', enum: kinds }, uniqueItems: true },
};

/** The sampler wants it. */
export function isSampled(span: EndedSpan): boolean {
  return (span.spanContext().traceFlags & sampledFlag) !== 0;
}

/** Why a local root that the sampler left out is kept, as it is written on it; null when it is not. */
export function whyKept(
  keep: readonly Keep[],
  { findings, isSlow }: Verdict,
  root: EndedSpan,
): 'finding' | 'error' | 'slow' | null {
  if (keep.includes('findings') && findings.length > 0) return 'finding';
  if (keep.includes('errors') && root.status.code === errorStatus) return 'error';
  return keep.includes('slow') && isSlow ? 'slow' : null;
}
