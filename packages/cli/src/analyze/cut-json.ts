import { BrokenInput, byteAt } from './broken-input.ts';
import type { Bytes } from './bytes.ts';

/**
 * Where to cut a document that may be larger than memory. An object either has one of its `streams`
 * (keys of lists), and then only their items are handed out, or is handed out whole. Where it has a
 * `header`, that key must come before the streams; otherwise the object is handed out whole, too.
 */
export interface ObjectPlan {
  readonly name: string;
  readonly header?: string;
  readonly streams: Readonly<Record<string, ListPlan>>;
}

/** A list: of objects that are cut in their turn, or of items that are handed out in runs. */
export interface ListPlan {
  readonly name: string;
  readonly items: ObjectPlan | 'runs';
}

/** Takes the pieces, as JSON text; `position` is that of the piece's first byte in the input. */
export interface Cuts {
  whole(plan: ObjectPlan, text: string, position: number): void;
  /** Comes before the items of the object's streams; `null` where the plan asks for no header. */
  header(plan: ObjectPlan, text: string, position: number): void;
  /** Items that follow one another, as a list. */
  run(plan: ListPlan, text: string, position: number): void;
}

/** Far beyond what spans need; parsing much deeper ones costs a hundred times their size in memory. */
const mostDepth = 1000;

/** A run is handed out when it has grown to this; larger ones win nothing. */
const runBytes = 512 * 1024;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openObject, closeObject, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];
const space = 0x20;

/**
 * Cuts the JSON object or list at which `bytes` stands, by a plan, without holding more of it than
 * a chunk and one piece. It looks at the structure only: a piece may still turn out to be bad JSON.
 *
 * Cost: somewhat less than parsing the pieces takes (5 ns a byte against 6 to 9, measured on two
 * shared cores), so lines are not sent through it. Throws `BrokenInput` with the byte at which the
 * structure is no longer JSON's.
 */
export async function cutJson(
  bytes: Bytes,
  plans: { readonly object: ObjectPlan; readonly list: ListPlan },
  cuts: Cuts,
): Promise<void> {
  const cutter = new Cutter(bytes, cuts);
  if (bytes.chunk[bytes.at] === openList) await cutter.list(plans.list);
  else await cutter.object(plans.object);
}

class Cutter {
  readonly #bytes: Bytes;
  readonly #cuts: Cuts;
  /** Where the value began, for the message when it does not end. */
  readonly #start: number;

  constructor(bytes: Bytes, cuts: Cuts) {
    this.#bytes = bytes;
    this.#cuts = cuts;
    this.#start = bytes.position;
  }

  async object(plan: ObjectPlan): Promise<void> {
    const bytes = this.#bytes;
    const start = bytes.position;
    bytes.mark();
    let header: { text: string; from: number } | undefined =
      plan.header === undefined ? { text: 'null', from: start } : undefined;
    let isStreaming = false;
    bytes.at++;
    while ((await this.#next()) !== closeObject) {
      const key = await this.#key();
      const opening = await this.#peek();
      const stream = Object.hasOwn(plan.streams, key) ? plan.streams[key] : undefined;
      if (stream !== undefined && header !== undefined && opening === openList) {
        if (!isStreaming) this.#cuts.header(plan, header.text, header.from);
        isStreaming = true;
        bytes.release();
        await this.list(stream);
        continue;
      }
      const from = bytes.position;
      await this.#value();
      if (key !== plan.header || isStreaming) continue;
      header = { text: bytes.between(from, bytes.position).toString(), from };
    }
    bytes.at++;
    if (!isStreaming) {
      this.#cuts.whole(plan, bytes.between(start, bytes.position).toString(), start);
    }
    bytes.release();
  }

  async list(plan: ListPlan): Promise<void> {
    const bytes = this.#bytes;
    let from = -1;
    let to = -1;
    bytes.at++;
    while ((await this.#next()) !== closeList) {
      if (plan.items !== 'runs') {
        if (bytes.chunk[bytes.at] === openObject) await this.object(plan.items);
        else await this.#value();
        continue;
      }
      if (from < 0) {
        bytes.mark();
        from = bytes.position;
      }
      await this.#value();
      to = bytes.position;
      if (to - from < runBytes) continue;
      this.#run(plan, from, to);
      from = -1;
    }
    if (from >= 0) this.#run(plan, from, to);
    bytes.at++;
  }

  #run(plan: ListPlan, from: number, to: number): void {
    this.#cuts.run(plan, `[${this.#bytes.between(from, to).toString()}]`, from);
    this.#bytes.release();
  }

  /** The next byte that is no white space and no comma; the bytes stand at it. */
  async #next(): Promise<number> {
    for (;;) {
      const byte = await this.#peek();
      if (byte !== comma) return byte;
      this.#bytes.at++;
    }
  }

  async #peek(): Promise<number> {
    const bytes = this.#bytes;
    for (;;) {
      while (bytes.at < bytes.chunk.length) {
        if (bytes.chunk[bytes.at]! > space) return bytes.chunk[bytes.at]!;
        bytes.at++;
      }
      await this.#more();
    }
  }

  /** Reads a key and its colon. Keys with escapes are none that a plan names. */
  async #key(): Promise<string> {
    const bytes = this.#bytes;
    if ((await this.#peek()) !== quote) throw this.#broken('a key');
    bytes.at++;
    let key = '';
    for (;;) {
      if (bytes.at === bytes.chunk.length) await this.#more();
      const byte = bytes.chunk[bytes.at++]!;
      if (byte === quote) break;
      if (byte === backslash) {
        if (bytes.at === bytes.chunk.length) await this.#more();
        bytes.at++;
      }
      if (key.length < 32) key += String.fromCharCode(byte);
    }
    if ((await this.#peek()) !== colon) throw this.#broken('a colon');
    bytes.at++;
    return key;
  }

  /** Passes over a value. */
  async #value(): Promise<void> {
    const first = await this.#peek();
    if (first === closeObject || first === closeList || first === colon)
      throw this.#broken('a value');
    const state = { depth: 0, isInString: false, isEscaped: false };
    while (!this.#passed(state)) await this.#more();
  }

  /**
   * Goes on over a value to the end of the chunk; true when the value has ended. Most bytes of a
   * document stand in strings, which have a loop of their own.
   */
  #passed(state: { depth: number; isInString: boolean; isEscaped: boolean }): boolean {
    const { chunk } = this.#bytes;
    const { length } = chunk;
    let { depth, isInString, isEscaped } = state;
    let { at } = this.#bytes;
    while (at < length) {
      if (isInString) {
        if (isEscaped) at++;
        isEscaped = false;
        let byte = 0;
        while (at < length && (byte = chunk[at]!) !== quote && byte !== backslash && byte >= space)
          at++;
        if (at >= length) break;
        if (byte < space) {
          this.#bytes.at = at;
          throw this.#broken('the end of a string');
        }
        at++;
        isEscaped = byte === backslash;
        isInString = isEscaped;
        if (!isInString && depth === 0) return this.#leaveAt(at);
        continue;
      }
      const byte = chunk[at]!;
      if (byte === quote) isInString = true;
      else if (byte === openObject || byte === openList) {
        if (++depth > mostDepth) {
          this.#bytes.at = at;
          throw this.#broken(`a value that nests at most ${mostDepth} deep`);
        }
      } else if (byte === closeObject || byte === closeList) {
        if (depth === 0) return this.#leaveAt(at);
        if (--depth === 0) return this.#leaveAt(at + 1);
      } else if (depth === 0 && (byte <= space || byte === comma)) return this.#leaveAt(at);
      at++;
    }
    state.depth = depth;
    state.isInString = isInString;
    state.isEscaped = isEscaped;
    this.#bytes.at = length;
    return false;
  }

  #leaveAt(at: number): true {
    this.#bytes.at = at;
    return true;
  }

  async #more(): Promise<void> {
    if (await this.#bytes.more()) return;
    throw new BrokenInput(
      `it ends in the middle of the value that begins at ${byteAt(this.#start)}`,
    );
  }

  #broken(expected: string): BrokenInput {
    return new BrokenInput(`not JSON: ${byteAt(this.#bytes.position)} should be ${expected}`);
  }
}
