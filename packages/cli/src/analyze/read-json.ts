import { decodeJaegerJson, JaegerDecodeError } from '@spandrel/engine/jaeger';
import { decodeTracesJson, JsonTraceReader, OtlpDecodeError } from '@spandrel/engine/otlp';
import { BrokenInput, byteAt, grouped } from './broken-input.ts';
import type { Bytes } from './bytes.ts';
import { cutJson } from './cut-json.ts';
import type { Cuts, ListPlan, ObjectPlan } from './cut-json.ts';
import type { SpanSink } from './span-sink.ts';

const newline = 0x0a;
const space = 0x20;
const [openObject, openList] = [0x7b, 0x5b];
/** A line that grows beyond this is cut as a document is, piece by piece. */
const maxLineBytes = 16 * 1024 * 1024;

/**
 * Reads JSON values one after another: a request a line, as the Collector's file exporter writes
 * them, or documents of any layout and size. Of each it takes OTLP requests and Jaeger traces.
 * Lines go to `JSON.parse` as they are; a value that does not end with its line is cut.
 */
export async function readJson(bytes: Bytes, sink: SpanSink): Promise<void> {
  let line = 1;
  /** True once a line was a whole value: then every line has to be one. */
  let isLines = false;
  /** True once a value was cut, whose lines nobody counted. */
  let isCut = false;
  const reader = new JsonTraceReader();
  for (;;) {
    for (; await isSpace(bytes); bytes.at++) if (bytes.chunk[bytes.at] === newline) line++;
    if (bytes.at === bytes.chunk.length) return;
    const from = bytes.position;
    bytes.mark();
    const end = await endOfLine(bytes);
    const text = end === undefined ? undefined : bytes.between(from, end);
    const plain = text && reader.read(text, (start, to) => text.toString('utf8', start, to));
    if (plain !== undefined) {
      bytes.release();
      sink.take(plain);
      sink.batches++;
      isLines = true;
      continue;
    }
    const value = text && parsed(text.toString());
    if (value !== undefined) {
      bytes.release();
      takeAt(isCut ? byteAt(from) : `line ${grouped(line)}`, () => takeValue(value, sink));
      sink.batches++;
      isLines = true;
      continue;
    }
    if (isLines && end !== undefined) {
      const place = isCut ? 'a line' : `line ${grouped(line)}`;
      throw new BrokenInput(`${place} is not JSON; it begins at ${byteAt(from)}`);
    }
    bytes.rewind();
    const first = bytes.chunk[bytes.at];
    if (first !== openObject && first !== openList) {
      throw new BrokenInput(`not JSON: ${byteAt(from)} begins neither an object nor a list`);
    }
    sink.batches++;
    isCut = true;
    await cutJson(bytes, { object: document, list: documents }, new Pieces(sink));
  }
}

/** True when the bytes stand at white space; false at anything else and at the end. */
async function isSpace(bytes: Bytes): Promise<boolean> {
  if (bytes.at === bytes.chunk.length && !(await bytes.more())) return false;
  return bytes.chunk[bytes.at]! <= space;
}

/** Goes to the end of the line and gives its position; undefined when it is too long to hold. */
async function endOfLine(bytes: Bytes): Promise<number | undefined> {
  const start = bytes.position;
  for (;;) {
    const end = bytes.chunk.indexOf(newline, bytes.at);
    bytes.at = end < 0 ? bytes.chunk.length : end;
    if (end >= 0) return bytes.position;
    if (bytes.position - start > maxLineBytes) return undefined;
    if (!(await bytes.more())) return bytes.position;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Runs a decoder; what it refuses is told with the place. */
function takeAt(place: string, take: () => void): void {
  try {
    take();
  } catch (error) {
    if (error instanceof OtlpDecodeError || error instanceof JaegerDecodeError) {
      throw new BrokenInput(`${error.message}, at ${place}`);
    }
    throw error;
  }
}

/** A value of any kind we know. Metrics and logs, which a Collector's file may hold too, are passed over. */
export function takeValue(value: unknown, sink: SpanSink): void {
  if (Array.isArray(value)) {
    for (const item of value) takeValue(item, sink);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    if ('resourceSpans' in value) return sink.take(decodeTracesJson(value));
    if ('data' in value || 'spans' in value) return sink.take(decodeJaegerJson(value));
    if (Object.keys(value).length === 0 || isOtherSignal(value)) return;
  }
  throw new OtlpDecodeError('malformed', 'neither OTLP nor Jaeger JSON');
}

function isOtherSignal(value: object): boolean {
  return 'resourceMetrics' in value || 'resourceLogs' in value || 'resourceProfiles' in value;
}

const spans: ListPlan = { name: 'spans', items: 'runs' };
const scopeSpans: ObjectPlan = { name: 'scopeSpans', header: 'scope', streams: { spans } };
const resourceSpans: ObjectPlan = {
  name: 'resourceSpans',
  header: 'resource',
  streams: { scopeSpans: { name: 'scopeSpans', items: scopeSpans } },
};
const documents: ListPlan = { name: 'documents', items: 'runs' };
const document: ObjectPlan = {
  name: 'document',
  streams: { resourceSpans: { name: 'resourceSpans', items: resourceSpans }, data: documents },
};

/** Makes small requests of the pieces of a large one. */
class Pieces implements Cuts {
  readonly #sink: SpanSink;
  #resource: unknown;
  #scope: unknown;

  constructor(sink: SpanSink) {
    this.#sink = sink;
  }

  header(plan: ObjectPlan, text: string, position: number): void {
    if (plan === resourceSpans) this.#resource = pieceOf(text, position);
    if (plan === scopeSpans) this.#scope = pieceOf(text, position);
  }

  whole(plan: ObjectPlan, text: string, position: number): void {
    const piece = pieceOf(text, position);
    takeAt(byteAt(position), () => {
      if (plan === scopeSpans) this.#take([piece]);
      else takeValue(plan === resourceSpans ? { resourceSpans: [piece] } : piece, this.#sink);
    });
  }

  run(plan: ListPlan, text: string, position: number): void {
    const items = pieceOf(text, position);
    takeAt(`one of the values from ${byteAt(position)} on`, () => {
      if (plan === spans) this.#take([{ scope: this.#scope, spans: items }]);
      else takeValue(items, this.#sink);
    });
  }

  #take(ofScopes: unknown[]): void {
    const request = { resourceSpans: [{ resource: this.#resource, scopeSpans: ofScopes }] };
    this.#sink.take(decodeTracesJson(request));
  }
}

function pieceOf(text: string, position: number): unknown {
  const piece = parsed(text);
  if (piece !== undefined) return piece;
  throw new BrokenInput(`not JSON: the value that begins at ${byteAt(position)}`);
}
