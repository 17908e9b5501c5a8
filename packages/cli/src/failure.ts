/** A command cannot go on; the message is one line that names the setting or the process. */
export class Failure extends Error {}

/** SIGINT, SIGTERM or SIGHUP came; `exitCode` is 128 and its number. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`ended by ${signal}`);
    this.exitCode = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal];
  }
}
