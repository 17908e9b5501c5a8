import { EventEmitter } from 'node:events';
import type { Report, Statistics } from '@spandrel/engine';
import type { FindingEvent, Reading, SelfCounts, SpandrelProcessor } from '@spandrel/processor';
import { findingLine } from './finding-line.ts';
import { isDevelopment, say } from './say.ts';
import type { StartRecord } from './watchdog/start-record.ts';

interface Events {
  finding: [FindingEvent];
}

/** What a running toolkit is made of. */
export interface Parts {
  readonly processor: SpandrelProcessor;
  /** Undefined until there is a span. */
  readonly counts: Readonly<SelfCounts> | undefined;
  /** Findings are not told on stderr. */
  readonly isQuiet: boolean;
  /** None where another SDK was there first. */
  readonly record?: StartRecord;
  /** Sends everything that is ready, spans and metrics. Never rejects. */
  readonly flush: () => Promise<void>;
  /** Sends everything and stops. Never rejects. */
  readonly shutdown: () => Promise<void>;
}

/** The running toolkit. Listen with `on('finding', ({ finding, service, isNew }) => …)`. */
export class Spandrel extends EventEmitter<Events> {
  #parts: Parts | undefined;

  /** False when it was switched off, or another SDK was there first that cannot be attached to. */
  get isRunning(): boolean {
    return this.#parts !== undefined;
  }

  /** Endpoints, problems and counts so far; undefined when not running. */
  report(): Report | undefined {
    return this.#parts?.processor.report();
  }

  /** Endpoints, queries, caches and single requests, for programs; undefined when not running. */
  get statistics(): Statistics | undefined {
    return this.#parts?.processor.statistics;
  }

  /** What it tells of itself, by the names of the `spandrel.self.*` metrics; undefined when not running. */
  health(): Record<string, Reading> | undefined {
    return this.#parts?.processor.health();
  }

  /** What was so at the start; undefined when not running, or attached to another SDK. For `spandrel doctor`. */
  get record(): StartRecord | undefined {
    return this.#parts?.record;
  }

  /** What became of spans so far; undefined without any, or when not running. */
  get counts(): Readonly<SelfCounts> | undefined {
    return this.#parts?.counts;
  }

  /** Sends everything that is ready, spans and metrics. Never rejects. */
  async flush(): Promise<void> {
    await this.#parts?.flush();
  }

  /** Sends everything and stops. Calling it again does nothing. Never rejects. */
  async shutdown(): Promise<void> {
    await this.#parts?.shutdown();
  }

  /** Called once, when everything has started. */
  run(parts: Parts): void {
    this.#parts = parts;
  }

  /** A finding, for a terminal and for listeners; none of them can throw into the request. */
  tell(event: FindingEvent): void {
    if (event.isNew && this.#parts?.isQuiet === false && isDevelopment()) say(findingLine(event));
    for (const listener of this.rawListeners('finding')) tellOne(listener, event);
  }
}

/** A listener that throws or rejects is the application's trouble, not its end. */
function tellOne(listener: (event: FindingEvent) => unknown, event: FindingEvent): void {
  const complain = (error: unknown): void =>
    say(`a listener for findings failed: ${String(error)}`);
  try {
    void Promise.resolve(listener(event)).catch(complain);
  } catch (error) {
    complain(error);
  }
}
