import { OtlpDecodeError } from './errors.ts';

const varintType = 0;
const fixed64Type = 1;
const lengthType = 2;
const fixed32Type = 5;

const two32 = 4_294_967_296;
const utf8 = new TextDecoder();

/**
 * Walks the fields of one protobuf message. `next()` moves to a field and sets `field`; then
 * exactly one of the readers below takes its value, or `skip()` passes over it. A reader whose
 * wire type is not the field's throws `malformed`. Never reads past the end of its message.
 *
 * Wire format: https://protobuf.dev/programming-guides/encoding/ (groups, gone since proto3,
 * are `malformed`).
 */
export class WireReader {
  /** Number of the current field. */
  field = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;
  #wireType = varintType;
  /** The varint read last: two unsigned halves, because 64 bits do not fit a double. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array, view = viewOf(bytes), start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = view;
    this.#position = start;
    this.#end = end;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#position >= this.#end) return false;
    this.#readVarint();
    this.field = this.#low >>> 3;
    this.#wireType = this.#low & 7;
    if (this.field === 0 || this.#high !== 0) throw malformed('a field without a number');
    return true;
  }

  /** A reader of the current field's message; this one is already behind it. */
  message(): WireReader {
    const start = this.#take(this.#length());
    return new WireReader(this.#bytes, this.#view, start, this.#position);
  }

  string(): string {
    return utf8.decode(this.#span());
  }

  /** A copy, so that a kept value does not keep the whole body alive. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#span()); // not `slice`: a Buffer's does not copy
  }

  /** Lower-case hexadecimal of an id of `size` bytes; empty when the field is empty. */
  hex(size: number): string {
    const id = this.#span();
    if (id.length !== 0 && id.length !== size) throw malformed(`an id of ${id.length} bytes`);
    let text = '';
    for (const byte of id) text += byte.toString(16).padStart(2, '0');
    return text;
  }

  bool(): boolean {
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** For enumerations and small counts: the low 32 bits, as protobuf casts them. */
  uint32(): number {
    this.#varint();
    return this.#low;
  }

  /** A signed 64-bit number; as decimal text where a double cannot hold it exactly. */
  int64(): number | string {
    this.#varint();
    const value = (this.#high | 0) * two32 + this.#low;
    if (Number.isSafeInteger(value)) return value;
    return String(BigInt(this.#high | 0) * BigInt(two32) + BigInt(this.#low));
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#fixed(fixed64Type, 8), true);
  }

  signedFixed64(): bigint {
    return this.#view.getBigInt64(this.#fixed(fixed64Type, 8), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#fixed(fixed64Type, 8), true);
  }

  fixed32(): number {
    return this.#view.getUint32(this.#fixed(fixed32Type, 4), true);
  }

  /** Passes over a field nobody asked for. */
  skip(): void {
    if (this.#wireType === varintType) this.#readVarint();
    else if (this.#wireType === fixed64Type) this.#take(8);
    else if (this.#wireType === lengthType) this.#take(this.#length());
    else if (this.#wireType === fixed32Type) this.#take(4);
    else throw malformed(`wire type ${this.#wireType}`);
  }

  #span(): Uint8Array {
    const start = this.#take(this.#length());
    return this.#bytes.subarray(start, this.#position);
  }

  #length(): number {
    this.#expect(lengthType);
    this.#readVarint();
    return this.#high * two32 + this.#low;
  }

  #varint(): void {
    this.#expect(varintType);
    this.#readVarint();
  }

  #fixed(wireType: number, size: number): number {
    this.#expect(wireType);
    return this.#take(size);
  }

  #expect(wireType: number): void {
    if (this.#wireType === wireType) return;
    throw malformed(`field ${this.field} has wire type ${this.#wireType}, not ${wireType}`);
  }

  /** Where the next `size` bytes begin; moves behind them. */
  #take(size: number): number {
    const start = this.#position;
    if (size > this.#end - start) throw new OtlpDecodeError('truncated', 'the body ends too early');
    this.#position = start + size;
    return start;
  }

  /** At most ten bytes of seven bits, lowest first; bits above 64 are dropped as protobuf does. */
  #readVarint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw malformed('a number of more than ten bytes');
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function malformed(what: string): OtlpDecodeError {
  return new OtlpDecodeError('malformed', `not OTLP protobuf: ${what}`);
}
