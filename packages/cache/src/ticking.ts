// A microsecond; a double near today's epoch milliseconds still resolves a quarter of that.
const stepMs = 0.001;

/**
 * A clock that never gives the same time twice and never goes back.
 *
 * "The tag was invalidated after the load began" must have an answer within one millisecond too,
 * and when the machine's clock is set back.
 */
export function ticking(now: () => number): () => number {
  let lastMs = -Infinity;
  return () => {
    lastMs = Math.max(now(), lastMs + stepMs);
    return lastMs;
  };
}
