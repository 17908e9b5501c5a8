/** Where text goes: a stream, or an array in tests. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
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
}
