import type { Trace } from './trace.ts';

let questions = 0;

/**
 * What several rules ask of a trace, worked out at the first asking and kept with it. In the trace
 * itself, not in a `WeakMap` beside it: a young one keeps its traces alive through the collections
 * that would have freed them, and adding to it costs more than most questions do.
 */
export function onceATrace<Answer extends object>(
  workOut: (trace: Trace) => Answer,
): (trace: Trace) => Answer {
  const place = questions++;
  return (trace) => {
    const known = trace.answers[place] as Answer | undefined;
    return known ?? ((trace.answers[place] = workOut(trace)) as Answer);
  };
}
