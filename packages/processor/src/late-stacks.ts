import { captureStack } from './stack.ts';
import type { Capture } from './stack.ts';

/** A call that is being made, and the stack that was taken for it, if one was. */
interface Awaited {
  capture: Capture | null;
}

/** By its name, so that every copy of this package sees it. */
const slot = Symbol.for('spandrel.awaited.v1');
const globals = globalThis as unknown as { [slot]?: Awaited | undefined };

/**
 * Makes a call whose stack does not show the application, as under a query builder that is awaited.
 * If its stack is taken, it is taken again when the answer is there. Give back the promise that this
 * returns: only then does the stack lead to who waits for it.
 */
export function fromWhoAwaits<Result>(call: () => Promise<Result>): Promise<Result> {
  const awaited: Awaited = { capture: null };
  globals[slot] = awaited;
  let answer: Promise<Result>;
  try {
    answer = call();
  } finally {
    globals[slot] = undefined;
  }
  const { capture } = awaited;
  if (capture === null || typeof answer?.then !== 'function') return answer;
  return answer.then((result) => {
    capture.later = captureStack();
    return result;
  });
}

/** A stack was taken at the start of a call. */
export function stackWasTaken(capture: Capture): Capture {
  const awaited = globals[slot];
  if (awaited !== undefined) awaited.capture = capture;
  return capture;
}
