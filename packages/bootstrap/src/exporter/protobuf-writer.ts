const mostRememberedKeys = 1000;
const mostKeptBytes = 4 << 20;
const short = 40;
const counted = 4096;

/**
 * Writes protobuf into one buffer that is used again and again. Only one message at a time: what
 * `finish` returns is a copy, and the next message begins at the buffer's start.
 *
 * A message inside another one is written between `open` and `close`: its length is put before it
 * afterwards, in as few bytes as it takes, and the message moved when other than expected.
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(1 << 16);
  #at = 0;
  /** Names of attributes are few and come again; bounded, because applications choose them. */
  readonly #keys = new Map<string, Uint8Array>();

  get position(): number {
    return this.#at;
  }

  /** Takes back what was written since `position` was read. */
  rewind(position: number): void {
    this.#at = position;
  }

  begin(): void {
    this.#at = 0;
  }

  /** A copy of what was written. A buffer that has grown far is not kept. */
  finish(): Uint8Array {
    const message = new Uint8Array(this.#at);
    message.set(this.#bytes.subarray(0, this.#at));
    if (this.#bytes.length > mostKeptBytes) this.#bytes = Buffer.allocUnsafe(1 << 16);
    return message;
  }

  /** Begins a message of the field; `lengthBytes` is what its length will likely take. */
  open(tag: number, lengthBytes: number): number {
    this.#reserve(2 + lengthBytes);
    this.#tag(tag);
    this.#at += lengthBytes;
    return this.#at;
  }

  /** Ends the message that begins at `start`, opened with the same `lengthBytes`. */
  close(start: number, lengthBytes: number): void {
    const length = this.#at - start;
    const needed = varintBytes(length);
    if (needed !== lengthBytes) {
      this.#reserve(needed);
      const from = start - lengthBytes + needed;
      this.#bytes.copyWithin(from, start, this.#at);
      this.#at = from + length;
    }
    this.#putVarint(start - lengthBytes, length);
  }

  /** A whole number of up to 32 bits, at least 0. */
  uint32(tag: number, value: number): void {
    this.#reserve(7);
    this.#tag(tag);
    this.#at = this.#putVarint(this.#at, value >>> 0);
  }

  /** A whole number from -2⁶³ up to 2⁶³, as the two's complement of 64 bits. */
  int64(tag: number, value: number): void {
    if (value >= 0 && value <= 0xffffffff) return this.uint32(tag, value);
    this.#reserve(12);
    this.#tag(tag);
    const magnitude = Math.abs(value);
    let low = magnitude >>> 0;
    let high = (magnitude / 2 ** 32) >>> 0;
    if (value < 0) {
      low = (~low + 1) >>> 0;
      high = (~high + (low === 0 ? 1 : 0)) >>> 0;
    }
    const bytes = this.#bytes;
    while (high > 0 || low > 127) {
      bytes[this.#at++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes[this.#at++] = low;
  }

  fixed32(tag: number, value: number): void {
    this.#reserve(6);
    this.#tag(tag);
    this.#put32(value);
  }

  /** Seconds and nanoseconds as the nanoseconds they are together. */
  time(tag: number, [seconds, nanoseconds]: readonly [number, number]): void {
    this.#reserve(10);
    this.#tag(tag);
    // Products of 16 bits and 10⁹ stay whole numbers.
    const lower = (seconds & 0xffff) * 1e9 + nanoseconds;
    const upper = Math.floor(seconds / 0x10000) * 1e9;
    const middle = Math.floor(lower / 0x10000) + upper;
    this.#put32(((middle & 0xffff) << 16) | (lower % 0x10000));
    this.#put32(middle / 0x10000);
  }

  double(tag: number, value: number): void {
    this.#reserve(10);
    this.#tag(tag);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  bytes(tag: number, value: Uint8Array): void {
    this.#reserve(7 + value.length);
    this.#tag(tag);
    this.#at = this.#putVarint(this.#at, value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Two hexadecimal digits a byte. */
  hex(tag: number, digits: string): void {
    const length = digits.length >> 1;
    this.#reserve(7 + length);
    this.#tag(tag);
    this.#at = this.#putVarint(this.#at, length);
    const bytes = this.#bytes;
    for (let at = 0; at < length; at++) {
      const high = digitOf(digits.charCodeAt(2 * at));
      bytes[this.#at++] = (high << 4) | digitOf(digits.charCodeAt(2 * at + 1));
    }
  }

  /** A text that will come again. */
  key(tag: number, text: string): void {
    const known = this.#keys.get(text);
    if (known === undefined) return this.#newKey(tag, text);
    const { length } = known;
    this.#reserve(7 + length);
    this.#tag(tag);
    this.#at = this.#putVarint(this.#at, length);
    const bytes = this.#bytes;
    for (let at = 0; at < length; at++) bytes[this.#at++] = known[at]!;
  }

  /** What is no text, although its type says so, is written as one. */
  string(tag: number, given: string): void {
    const text = typeof given === 'string' ? given : String(given ?? '');
    const { length } = text;
    // Three bytes at most for a UTF-16 unit; long texts are worth counting.
    this.#reserve(7 + (length > counted ? Buffer.byteLength(text) : 3 * length));
    this.#tag(tag);
    if (length > short || !this.#putAscii(text)) this.#putUtf8(text);
  }

  #newKey(tag: number, text: string): void {
    if (typeof text === 'string' && this.#keys.size < mostRememberedKeys)
      this.#keys.set(text, Buffer.from(text));
    this.string(tag, text);
  }

  /** False when some character is none of ASCII; then nothing is written that counts. */
  #putAscii(text: string): boolean {
    const { length } = text;
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 127) return false;
      bytes[start + at] = unit;
    }
    bytes[this.#at] = length;
    this.#at = start + length;
    return true;
  }

  /** The length is put where it fits if all is ASCII, else the text is moved. */
  #putUtf8(text: string): void {
    const expected = varintBytes(text.length);
    const start = this.#at + expected;
    const length = this.#bytes.write(text, start, 'utf8');
    const needed = varintBytes(length);
    const from = this.#at + needed;
    if (needed !== expected) this.#bytes.copyWithin(from, start, start + length);
    this.#putVarint(this.#at, length);
    this.#at = from + length;
  }

  #tag(tag: number): void {
    if (tag > 127) this.#bytes[this.#at++] = (tag & 127) | 128;
    this.#bytes[this.#at++] = tag > 127 ? tag >>> 7 : tag;
  }

  #put32(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#at = at + 4;
  }

  /** Writes at `at`; returns where it ends. */
  #putVarint(at: number, value: number): number {
    const bytes = this.#bytes;
    while (value > 127) {
      bytes[at++] = (value & 127) | 128;
      value >>>= 7;
    }
    bytes[at++] = value;
    return at;
  }

  #reserve(more: number): void {
    // Room to spare for the moves of `close`, which are asked for one at a time.
    const needed = this.#at + more + 16;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

/** Tag of a field: its number and how it is written. */
export const varintTag = (field: number): number => field << 3;
export const fixed64Tag = (field: number): number => (field << 3) | 1;
export const lengthTag = (field: number): number => (field << 3) | 2;
export const fixed32Tag = (field: number): number => (field << 3) | 5;

function varintBytes(value: number): number {
  if (value < 1 << 7) return 1;
  if (value < 1 << 14) return 2;
  if (value < 1 << 21) return 3;
  return value < 1 << 28 ? 4 : 5;
}

/** Digits in either case, as ids have them. */
function digitOf(unit: number): number {
  if (unit < 58) return unit - 48;
  return unit > 96 ? unit - 87 : unit - 55;
}
