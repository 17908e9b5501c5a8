import { seeEmitted } from './emitted.ts';

interface Ending {
  _exiting?: boolean;
  reallyExit?: (code?: number) => never;
}

/**
 * Calls `act` in the last moment of the process in which JavaScript runs, after the application's
 * own listeners for `exit`: at `process.exit()`, an uncaught exception, an unhandled rejection, and
 * when there is nothing left to do. Not at signals. `act` may be called more than once. Returns a
 * function that undoes it.
 *
 * Both ways are needed: only `emit` sees an exception, and only `reallyExit` sees a listener that
 * calls `process.exit()` once more.
 */
export function watchLastMoment(act: () => void): () => void {
  const ending = process as unknown as Ending;
  const unsee = seeEmitted({
    // Tests and libraries emit `exit` by hand; then nothing ends.
    after: (name) => {
      if (name === 'exit' && ending._exiting !== false) act();
    },
  });
  const { reallyExit } = ending;
  if (typeof reallyExit !== 'function') return unsee;
  let isOver = false;
  const watched = function (this: unknown, ...args: unknown[]): never {
    if (!isOver) act();
    return Reflect.apply(reallyExit, this, args) as never;
  };
  ending.reallyExit = watched;
  return () => {
    isOver = true;
    unsee();
    if (ending.reallyExit === watched) ending.reallyExit = reallyExit;
  };
}
