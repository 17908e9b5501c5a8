/** What the book needs to know of the things it keeps. */
export interface BookLimits {
  /** Traces open at once. */
  readonly maxOpenTraces: number;
  /** Items kept in one trace. */
  readonly maxSpansPerTrace: number;
}

/**
 * One trace of this process from the start of its first local root to the end of its last.
 * Mostly there is one root; a process that calls itself has several in one trace.
 */
export class OpenTrace<Item, Notes> {
  readonly traceId: string;
  readonly rootId: string;
  readonly items: Item[] = [];
  /** Items the cap kept out; the trace is then judged as cut. */
  cutCount = 0;
  /** When it was opened or last had items taken out, in the caller's time. */
  sinceMs: number;
  /** Items that have been handed on already and wait for the verdict only; undefined while none. */
  sent: Set<Item> | undefined;
  /** A place for the caller's own notes on this trace. */
  notes: Notes | undefined;
  /** Root of every span started under a second root; undefined while there is only one. */
  #rootBySpan: Map<string, string> | undefined;
  #openRoots = 1;
  readonly #maxFollowed: number;

  constructor(traceId: string, rootId: string, nowMs: number, maxFollowed = Infinity) {
    this.traceId = traceId;
    this.rootId = rootId;
    this.sinceMs = nowMs;
    this.#maxFollowed = maxFollowed;
  }

  get hasSeveralRoots(): boolean {
    return this.#rootBySpan !== undefined;
  }

  addRoot(spanId: string): void {
    this.#rootBySpan ??= new Map();
    this.#rootBySpan.set(spanId, spanId);
    this.#openRoots++;
  }

  /** A child has started: it belongs to its parent's root. Beyond the cap, to the first root. */
  follow(spanId: string, parentId: string): void {
    const rootId = this.#rootBySpan?.get(parentId);
    if (rootId === undefined || this.#rootBySpan!.size >= this.#maxFollowed) return;
    this.#rootBySpan!.set(spanId, rootId);
  }

  /** The root that a span was started under; undefined while there is one root only. */
  rootOf(spanId: string): string | undefined {
    return this.#rootBySpan === undefined
      ? undefined
      : (this.#rootBySpan.get(spanId) ?? this.rootId);
  }

  /**
   * Takes out what belongs to a root that ends. With the last one open (`isOver`) goes everything
   * that is left, also what ended late for a root before, so that no item is lost.
   */
  close(rootId: string, idOf: (item: Item) => string): { items: Item[]; isOver: boolean } {
    this.#openRoots--;
    const isOver = this.#openRoots <= 0;
    const owners = this.#rootBySpan;
    if (owners === undefined || isOver) return { items: this.items, isOver };
    const items: Item[] = [];
    let kept = 0;
    for (const item of this.items) {
      const id = idOf(item);
      if ((owners.get(id) ?? this.rootId) === rootId) {
        items.push(item);
        owners.delete(id);
      } else {
        this.items[kept++] = item;
      }
    }
    // Who starts under it from now on is nobody's; a trace that is asked for all day forgets its roots.
    owners.delete(rootId);
    this.items.length = kept;
    return { items, isOver };
  }
}

/**
 * The traces that are open in this process, by trace id, bounded by `limits`. Only called from a
 * processor's callbacks, so never concurrently. What does not fit is refused and counted by the
 * caller; nothing here grows beyond the limits.
 */
export class TraceBook<Item, Notes> {
  readonly #open = new Map<string, OpenTrace<Item, Notes>>();
  readonly #limits: BookLimits;
  #severalRootsCount = 0;

  constructor(limits: BookLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** True while some trace has several roots, so that starts of children must be followed. */
  get mustFollow(): boolean {
    return this.#severalRootsCount > 0;
  }

  get(traceId: string): OpenTrace<Item, Notes> | undefined {
    return this.#open.get(traceId);
  }

  traces(): Iterable<OpenTrace<Item, Notes>> {
    return this.#open.values();
  }

  /** A local root has started. Undefined when the book is full. */
  open(traceId: string, rootId: string, nowMs: number): OpenTrace<Item, Notes> | undefined {
    const known = this.#open.get(traceId);
    if (known !== undefined) {
      if (!known.hasSeveralRoots) this.#severalRootsCount++;
      known.addRoot(rootId);
      return known;
    }
    if (this.#open.size >= this.#limits.maxOpenTraces) return undefined;
    const maxFollowed = 2 * this.#limits.maxSpansPerTrace;
    const trace = new OpenTrace<Item, Notes>(traceId, rootId, nowMs, maxFollowed);
    this.#open.set(traceId, trace);
    return trace;
  }

  /** Keeps an item of an open trace; false when the trace is full, which is noted on it. */
  keep(trace: OpenTrace<Item, Notes>, item: Item): boolean {
    if (trace.items.length >= this.#limits.maxSpansPerTrace) {
      trace.cutCount++;
      return false;
    }
    trace.items.push(item);
    return true;
  }

  /** A local root has ended: hands out its items, forgets the trace when no root is left. */
  close(trace: OpenTrace<Item, Notes>, rootId: string, idOf: (item: Item) => string): Item[] {
    const { items, isOver } = trace.close(rootId, idOf);
    if (isOver) this.forget(trace);
    return items;
  }

  forget(trace: OpenTrace<Item, Notes>): void {
    if (!this.#open.delete(trace.traceId)) return;
    if (trace.hasSeveralRoots) this.#severalRootsCount--;
  }
}
