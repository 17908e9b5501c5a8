import { seeEmitted } from './emitted.ts';

/**
 * Calls `onEnd` once, when the process has nothing left to do, before the application is told so
 * (`beforeExit`): what `onEnd` waits for keeps the process, and when it is done the application is
 * told. So its listeners run as often as without us. Returns a function that undoes it.
 */
export function watchNaturalEnd(onEnd: () => void): () => void {
  let isOver = false;
  return seeEmitted({
    before(name) {
      if (name !== 'beforeExit' || isOver) return false;
      isOver = true;
      // Where nothing waits Node.js would exit now: one more turn, and it asks again.
      setImmediate(() => undefined);
      onEnd();
      return true;
    },
  });
}
