/**
 * - `truncated`: a field needs more bytes than its message has;
 * - `malformed`: the bytes or values are not OTLP;
 * - `too-deep`: attribute values nest deeper than {@link maxValueDepth}.
 */
export type OtlpDecodeErrorCode = 'truncated' | 'malformed' | 'too-deep';

/** The only thing the decoders throw. `code` is stable, the message is for people. */
export class OtlpDecodeError extends Error {
  readonly code: OtlpDecodeErrorCode;

  constructor(code: OtlpDecodeErrorCode, message: string) {
    super(message);
    this.name = 'OtlpDecodeError';
    this.code = code;
  }
}

/** Arrays and key-value lists may nest this deep in one attribute; deeper is refused. */
export const maxValueDepth = 32;
