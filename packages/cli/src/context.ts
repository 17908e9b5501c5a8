/** Where text goes: a stream, or an array in tests. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Of a terminal; they change with its window. */
  readonly columns?: number;
  readonly rows?: number;
}

/** Where bytes come from: standard input, or chunks in tests. */
export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
  destroy?(): unknown;
}

/** What a command knows about its process; nothing below reads `process.env` itself. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Opened when it is first asked for. */
  readonly stdin?: () => Input;
  /** Absolute path of the program's file, links resolved: the demo looks for the example from here. */
  readonly ownFile: string;
  /** Ends this process by that signal once the command is over; without it the exit code tells. */
  readonly endBy?: (signal: NodeJS.Signals) => void;
}
