/** How calls stood to each other, to be put behind a count; empty when the clock cannot tell. */
export function orderWords(isParallel: boolean | null): string {
  if (isParallel === null) return '';
  return isParallel ? ', at the same time' : ', one after another';
}

/** Why a rule that argues from what is not there says nothing of a trace that was cut. */
export const cutWords = 'the trace was cut, so what is missing in it proves nothing';

/** `0.4 ms`, `12.3 ms`, `340 ms`, `1.25 s`. */
export function durationWords(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}
