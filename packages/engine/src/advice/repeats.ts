import type { Advice, CallSite } from '../types.ts';
import { inWords } from './advice.ts';

export interface SameReads {
  /** What is read, in few words. */
  readonly summary: string;
  readonly repeats: number;
  readonly callSite: CallSite | null;
}

/** The same read with the same parameters: one is enough. */
export function duplicateAdvice({ summary, repeats, callSite }: SameReads): Advice {
  const name = callSite === null ? null : (callSite.function ?? callSite.file);
  const from = name === null ? '' : ` from ${name}`;
  return inWords(
    `Read it once${from} and hand the result on, or keep it for the request: ${repeats - 1} of ${repeats} ${summary} bring nothing new.`,
  );
}
