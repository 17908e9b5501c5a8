/** Where text goes: a stream, or an array in tests. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** What a command knows about its process; nothing below reads `process.env` itself. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Absolute path of the program's file, links resolved: the demo looks for the example from here. */
  readonly ownFile: string;
}
