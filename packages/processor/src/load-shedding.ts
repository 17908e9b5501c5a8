/** What the breaker is told, once a second. Times and counts are totals since the start. */
export interface Load {
  readonly atMs: number;
  /** Time our callbacks took, exports aside. */
  readonly ownMs: number;
  /** Of it, what judging took. */
  readonly judgeMs: number;
  /** Time the thread was busy with anything. */
  readonly busyMs: number;
  /** Spans that found no room among the held ones. */
  readonly refusedSpans: number;
  /** The fuller of the two caps on held spans, as a share of it. */
  readonly heldShare: number;
}

/**
 * 0: nothing is shed. 1: no stacks are taken. 2: one trace in ten is judged. 3: none is. Spans of
 * the others are made safe and exported all the same.
 */
export type ShedLevel = 0 | 1 | 2 | 3;

export const judgedOneIn = 10;

const windowMs = 10_000;
/** Code that runs for the first time costs ten times as much; nothing is shed for that. */
const coldMs = 10_000;
/** A level is given this long to show what it brings. */
const settleMs = 3_000;
/** Below it, as a share of the time that passed, our cost hurts nobody, however idle the thread is. */
const leastShareOfTime = 0.05;
const firstWaitMs = 10_000;
const longestWaitMs = 300_000;
const roomyShare = 0.8;

/**
 * The circuit breaker. Sheds one more step of work when our share of the thread's busy time, over a
 * sliding window of ten seconds, passes its limit, or when held spans have found no room in each of
 * those seconds (a burst is let pass: its spans go on unjudged, and are counted), the first ten seconds
 * aside; takes one back
 * when the share is under half the limit and there is room. A step taken back too early doubles the
 * time before the next try, up to five minutes. No clock of its own.
 */
export class LoadShedding {
  /** Steps taken so far, in both directions. */
  readonly changes = { shed: 0, restored: 0 };
  readonly #mostShare: number;
  readonly #onShed: (why: string) => void;
  #level: ShedLevel = 0;
  #beganMs: number | undefined;
  #loads: Load[] = [];
  #changedMs = -Infinity;
  #waitMs = firstWaitMs;
  #wasRestored = false;
  #traces = 0;
  #why = '';

  /** At 100 % and above no share is too much. `onShed` is told with every load that finds us shedding, and with why that began. */
  constructor(maxOverheadPercent: number, onShed: (why: string) => void) {
    this.#mostShare = maxOverheadPercent >= 100 ? Infinity : maxOverheadPercent / 100;
    this.#onShed = onShed;
  }

  get level(): ShedLevel {
    return this.#level;
  }

  /** Whether the trace that begins now goes unjudged. */
  skipsTrace(): boolean {
    if (this.#level < 2) return false;
    return this.#level === 3 || ++this.#traces % judgedOneIn !== 0;
  }

  observe(load: Load): void {
    this.#beganMs ??= load.atMs;
    if (load.atMs - this.#beganMs < coldMs) this.#loads.length = 0;
    const loads = this.#loads;
    loads.push(load);
    while (loads.length > 2 && load.atMs - loads[1]!.atMs >= windowMs) loads.shift();
    // After a step of the system's clock, or a long sleep, nothing before it counts.
    const passedMs = load.atMs - loads[0]!.atMs;
    if (passedMs < 0 || passedMs > 3 * windowMs) this.#loads = [load];
    else if (passedMs >= settleMs) this.#decide(loads[0]!, load, passedMs);
    if (this.#level > 0) this.#onShed(this.#why);
  }

  #decide(first: Load, last: Load, passedMs: number): void {
    const ownMs = last.ownMs - first.ownMs;
    const busyMs = last.busyMs - first.busyMs;
    // A thread that cannot tell how busy it is never sheds for it.
    const share = busyMs > 0 ? ownMs / busyMs : 0;
    const isCostly = share > this.#mostShare && ownMs > leastShareOfTime * passedMs;
    const isFull = passedMs >= windowMs && this.#refusedThroughout();
    if ((isCostly || isFull) && this.#level < 3) {
      this.#why = isCostly ? costly(share) : 'held spans find no room';
      return this.#shed(last);
    }
    if (isCostly || isFull) this.#changedMs = last.atMs;
    if (this.#level === 0) return this.#forgetTrouble(last);
    // One trace in ten is known: what ten would take is foreseen, not tried.
    const foreseen = this.#level === 2 ? (judgedOneIn - 1) * (last.judgeMs - first.judgeMs) : 0;
    const againMs = ownMs + foreseen;
    const isCheap =
      againMs < (this.#mostShare / 2) * busyMs || againMs < (leastShareOfTime / 2) * passedMs;
    const isDue = last.atMs - this.#changedMs >= this.#waitMs;
    if (isDue && isCheap && last.heldShare < roomyShare) this.#restore(last);
  }

  #refusedThroughout(): boolean {
    return this.#loads.every(
      ({ refusedSpans }, n) => n === 0 || refusedSpans > this.#loads[n - 1]!.refusedSpans,
    );
  }

  #shed(load: Load): void {
    if (this.#wasRestored) this.#waitMs = Math.min(2 * this.#waitMs, longestWaitMs);
    this.#wasRestored = false;
    this.changes.shed++;
    this.#step((this.#level + 1) as ShedLevel, load);
  }

  #restore(load: Load): void {
    this.#wasRestored = true;
    this.changes.restored++;
    this.#step((this.#level - 1) as ShedLevel, load);
  }

  /** What was measured before a step says nothing about the time after it. */
  #step(level: ShedLevel, load: Load): void {
    this.#level = level;
    this.#changedMs = load.atMs;
    this.#loads = [load];
  }

  /** A quiet time as long as the last wait makes the next trouble a new one. */
  #forgetTrouble({ atMs }: Load): void {
    if (atMs - this.#changedMs < 2 * this.#waitMs) return;
    this.#waitMs = firstWaitMs;
    this.#wasRestored = false;
  }
}

function costly(share: number): string {
  return `${Math.min(100, Math.round(100 * share))} % of the thread's time goes into judging`;
}
