/** The only thing the decoder throws. `code` is stable, the message is for people. */
export class JaegerDecodeError extends Error {
  readonly code = 'malformed';

  constructor(what: string) {
    super(`not Jaeger JSON: ${what}`);
    this.name = 'JaegerDecodeError';
  }
}
