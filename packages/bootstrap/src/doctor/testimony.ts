import type { StartRecord } from '../watchdog/start-record.ts';

/** What one process of a watched run saw; written as JSON by `witness.ts`, a file for each process. */
export interface Testimony {
  readonly pid: number;
  readonly node: string;
  /** The script, as in `process.argv[1]`; null without one. */
  readonly script: string | null;
  /** We were asked to start, by preload or in code. */
  readonly isLoaded: boolean;
  readonly isRunning: boolean;
  /** Null where we do not run. */
  readonly record: StartRecord | null;
  /** The class of the tracer provider that is registered; null for none. */
  readonly provider: string | null;
  readonly requests: number;
  readonly serverSpans: number;
  readonly exportedSpans: number;
  /** Spans that never left, by reason. */
  readonly droppedSpans: Readonly<Record<string, number>>;
  /** Ports on which HTTP is answered. */
  readonly servers: readonly ListeningServer[];
  /** Copies of the API that `require` loaded: their folders. */
  readonly apiFolders: readonly string[];
  /** What was asked for with `flush` has been sent, or given up. */
  readonly isFlushed: boolean;
}

export interface ListeningServer {
  /** Where this machine reaches it. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** Folder in which processes of a run leave their testimony; no setting, so not with our prefix. */
export const witnessVariable = '_SPANDREL_WITNESS';

/** A file of this name in that folder asks the processes to send what they hold. */
export const flushRequest = 'flush';
