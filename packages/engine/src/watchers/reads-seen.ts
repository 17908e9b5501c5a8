import { writtenParametersOf } from '../database.ts';
import type { Query } from '../database.ts';
import { hash64 } from '../hash.ts';
import type { ResolvedEngineOptions } from '../options.ts';
import type { QueryShape } from '../sql/statement.ts';
import { onlyReads, plainNames, TableWritesSeen } from './table-writes.ts';
import { WatchWindow } from './window.ts';

/** What is asked of a shape for every query of it. */
interface ShapeNotes {
  readonly isCacheable: boolean;
  readonly reads: readonly string[];
  /** Null for a statement that writes nothing. */
  readonly writes: readonly string[] | null;
  readonly byParameters: Map<string, Read>;
  /** One finding a shape and window: until then nothing more is said of it. */
  silentUntilMs: number;
}

/** One shape with one set of parameters, read by different requests. */
export class Read extends WatchWindow {
  readonly ofShape: ShapeNotes;
  readonly writes: TableWritesSeen;
  lastTraceId = '';
  /** Writes to its tables before the window. */
  writesBefore = 0;

  constructor(ofShape: ShapeNotes, writes: TableWritesSeen) {
    super();
    this.ofShape = ofShape;
    this.writes = writes;
  }

  /** Brings the writes to its tables since the window began up to date: nobody tells it of them. */
  countWrites(): void {
    this.now.writes = this.writes.countOf(this.ofShape.reads) - this.writesBefore;
  }

  /** Null while too few writes were seen to tell. */
  get writeIntervalMs(): number | null {
    return this.writes.intervalMsOf(this.ofShape.reads);
  }

  /** Counts a query of another request; false when it is of the same one again. */
  take(traceId: string, durationMs: number, endMs: number, windowMs: number): boolean {
    if (endMs - this.sinceMs >= windowMs) {
      this.countWrites();
      this.writesBefore += this.now.writes;
      this.advance(endMs, windowMs);
    } else if (this.lastTraceId === traceId) {
      return false;
    }
    this.lastTraceId = traceId;
    this.now.reads++;
    this.now.sumMs += Math.max(0, durationMs);
    return true;
  }
}

/** What is known of one service. */
export interface ServiceReads {
  readonly shapes: Map<QueryShape, ShapeNotes>;
  readonly writes: TableWritesSeen;
}

/** Longer ones, which literals in a text can be, are kept as their hash. */
const mostParameters = 64;

/**
 * What the services read and write, within `maxWatchedReads` of shapes and parameters together.
 * A read that found no room is not watched, and counted.
 */
export class ReadsSeen {
  readonly #options: ResolvedEngineOptions;
  readonly #onOverflow: () => void;
  readonly #services = new Map<string, ServiceReads>();
  /** Services, shapes and reads. */
  #size = 0;
  #sweptMs = -Infinity;

  constructor(options: ResolvedEngineOptions, onOverflow: () => void) {
    this.#options = options;
    this.#onOverflow = onOverflow;
  }

  /** What one service reads and writes; undefined when there is no room for another one. */
  of(service: string, endMs: number): ServiceReads | undefined {
    this.#sweep(endMs);
    return this.#services.get(service) ?? this.#addService(service);
  }

  /**
   * Counts a query in. Undefined when it says nothing about what a cache would save: a write, a
   * read that must be new every time, one whose parameters are not known, the same request again.
   */
  take(known: ServiceReads, query: Query, traceId: string, endMs: number): Read | undefined {
    const { span, statement } = query;
    const { shape } = statement;
    // What nearly all queries are, first: reads of which nobody knows whether they are the same.
    const mayRead = shape.reads.length > 0 && shape.writes.length === 0;
    const parameters = mayRead ? keptParameters(query) : null;
    if (mayRead && parameters === null) return undefined;
    const notes = known.shapes.get(shape) ?? this.#addShape(known, shape);
    if (notes.writes !== null) known.writes.note(notes.writes, endMs);
    if (!notes.isCacheable || parameters === null) return undefined;
    const read = notes.byParameters.get(parameters) ?? this.#addRead(known, notes, parameters);
    if (read === undefined) return undefined;
    const { watchWindowMs } = this.#options;
    return read.take(traceId, span.durationMs, endMs, watchWindowMs) ? read : undefined;
  }

  #hasRoom(): boolean {
    if (this.#size < this.#options.maxWatchedReads) return true;
    this.#onOverflow();
    return false;
  }

  #addService(service: string): ServiceReads | undefined {
    if (!this.#hasRoom()) return undefined;
    const known = { shapes: new Map(), writes: new TableWritesSeen(this.#options.maxShapes) };
    this.#services.set(service, known);
    this.#size++;
    return known;
  }

  /** Without room it is noted for this once: writes count in any case. */
  #addShape({ shapes }: ServiceReads, shape: QueryShape): ShapeNotes {
    const notes = {
      isCacheable: isCacheable(shape),
      reads: plainNames(shape.reads),
      writes: onlyReads(shape) ? null : plainNames(shape.writes),
      byParameters: new Map<string, Read>(),
      silentUntilMs: -Infinity,
    };
    if (!this.#hasRoom()) return { ...notes, isCacheable: false };
    shapes.set(shape, notes);
    this.#size++;
    return notes;
  }

  #addRead({ writes }: ServiceReads, notes: ShapeNotes, parameters: string): Read | undefined {
    if (!this.#hasRoom()) return undefined;
    const read = new Read(notes, writes);
    notes.byParameters.set(parameters, read);
    this.#size++;
    return read;
  }

  /** Once a window: forgets reads that came no more than once, or not again, and shapes without any. */
  #sweep(endMs: number): void {
    const { watchWindowMs: windowMs } = this.#options;
    if (endMs - this.#sweptMs < windowMs) return;
    this.#sweptMs = endMs;
    for (const { shapes } of this.#services.values()) {
      for (const [shape, { byParameters }] of shapes) {
        for (const [parameters, { sinceMs, now }] of byParameters) {
          const keptMs = now.reads > 1 ? 2 * windowMs : windowMs;
          if (endMs - sinceMs >= keptMs && byParameters.delete(parameters)) this.#size--;
        }
        if (byParameters.size === 0 && shapes.delete(shape)) this.#size--;
      }
    }
  }
}

/** What tells two reads apart; null when it is not known, as behind the end of a text that was cut off. */
function keptParameters(query: Query): string | null {
  const parameters = query.statement.isCut ? null : writtenParametersOf(query);
  if (parameters === null || parameters.length <= mostParameters) return parameters;
  return hash64(parameters);
}

/** Reads that lock, count up or are drawn by lot are meant to give something else every time. */
function isCacheable(shape: QueryShape): boolean {
  return onlyReads(shape) && shape.reads.length > 0 && !shape.locks && !shape.isVolatile;
}
