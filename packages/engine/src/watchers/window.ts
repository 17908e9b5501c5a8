/** What came in one window of time. */
export interface WindowCounts {
  reads: number;
  /** Failed reads: of a cache, misses. */
  misses: number;
  sumMs: number;
  writes: number;
}

/**
 * Counts of windows that follow each other: one begins with what comes first, and the next with what
 * comes first after it has passed. Times that go back belong to the window that is open.
 */
export class WatchWindow {
  sinceMs = -Infinity;
  /** True from a firing until the window has passed. */
  hasFired = false;
  now: WindowCounts = nothing();
  /** Of the windows before this one that fired: that with most reads. */
  #fullestBefore: WindowCounts = nothing();

  /** Begins a new window if the open one has passed. True when it did. */
  advance(endMs: number, windowMs: number): boolean {
    if (endMs - this.sinceMs < windowMs) return false;
    if (this.hasFired) this.#fullestBefore = this.fullest;
    this.now = nothing();
    this.sinceMs = endMs;
    this.hasFired = false;
    return true;
  }

  /** The window that shows most: this one, still filling, or a whole one before it that fired. */
  get fullest(): WindowCounts {
    return this.#fullestBefore.reads > this.now.reads ? this.#fullestBefore : this.now;
  }
}

function nothing(): WindowCounts {
  return { reads: 0, misses: 0, sumMs: 0, writes: 0 };
}
