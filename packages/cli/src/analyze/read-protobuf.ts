import { decodeTraces, OtlpDecodeError } from '@spandrel/engine/otlp';
import { BrokenInput, byteAt } from './broken-input.ts';
import type { Bytes } from './bytes.ts';
import { takeValue } from './read-json.ts';
import type { SpanSink } from './span-sink.ts';
import { isZstd, unpackZstd } from './unpack.ts';

/** Field 1 of a request, `resource_spans`: length-delimited. */
export const resourceSpansTag = 0x0a;
const openBrace = 0x7b;

/**
 * Reads the body of one `ExportTraceServiceRequest`, one `ResourceSpans` at a time: each of them,
 * with its tag and length, is a request of its own.
 */
export async function readProtobuf(bytes: Bytes, sink: SpanSink): Promise<void> {
  sink.batches++;
  for (;;) {
    const start = bytes.position;
    const tag = await bytes.take(1);
    if (tag === undefined) return;
    if (tag[0] !== resourceSpansTag) {
      throw new BrokenInput(`not OTLP protobuf: ${byteAt(start)} begins no resource's spans`);
    }
    const { head, size } = await lengthOf(bytes, start);
    const body = await bytes.take(size);
    if (body === undefined) throw endsEarly(start);
    decodeAt(start, () => sink.take(decodeTraces(Buffer.concat([tag, head, body]))));
  }
}

async function lengthOf(bytes: Bytes, start: number): Promise<{ head: Buffer; size: number }> {
  const digits: number[] = [];
  let size = 0;
  do {
    const digit = (await bytes.take(1))?.[0];
    if (digit === undefined) throw endsEarly(start);
    size += (digit & 0x7f) * 2 ** (7 * digits.length);
    digits.push(digit);
  } while (digits.at(-1)! >= 0x80 && digits.length < 6);
  return { head: Buffer.from(digits), size };
}

/**
 * Reads what the Collector's file exporter writes with `format: proto` or with `compression: zstd`:
 * four bytes that say a size, the highest first, then a request of that size, in protobuf or JSON,
 * compressed by itself or not.
 */
export async function readPrefixed(bytes: Bytes, sink: SpanSink): Promise<void> {
  for (;;) {
    const start = bytes.position;
    const size = await bytes.take(4);
    if (size === undefined && bytes.position === start) return;
    const packed = size === undefined ? undefined : await bytes.take(size.readUInt32BE());
    if (packed === undefined) throw endsEarly(start);
    const request = isZstd(packed) ? unpackZstd(packed, start) : packed;
    decodeAt(start, () => {
      if (request[0] === openBrace) takeValue(JSON.parse(request.toString()), sink);
      else sink.take(decodeTraces(request));
    });
    sink.batches++;
  }
}

function endsEarly(start: number): BrokenInput {
  return new BrokenInput(`it ends in the middle of the request that begins at ${byteAt(start)}`);
}

function decodeAt(start: number, decode: () => void): void {
  try {
    decode();
  } catch (error) {
    if (error instanceof OtlpDecodeError) {
      throw new BrokenInput(`${error.message}, in the request that begins at ${byteAt(start)}`);
    }
    if (error instanceof SyntaxError) {
      throw new BrokenInput(`not JSON: the request that begins at ${byteAt(start)}`);
    }
    throw error;
  }
}
