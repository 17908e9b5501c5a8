import { BrokenInput } from './broken-input.ts';
import { Bytes } from './bytes.ts';
import { readJson } from './read-json.ts';
import { readPrefixed, readProtobuf, resourceSpansTag } from './read-protobuf.ts';
import type { SpanSink } from './span-sink.ts';
import { isZstd, unpacked } from './unpack.ts';

const sniffedBytes = 512;
const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * Reads spans in any format we know, told by the content: OTLP JSON, OTLP JSON lines, OTLP
 * protobuf, the Collector's size-prefixed requests, Jaeger JSON; gzip or zstd around it or not.
 * Throws `BrokenInput` where it cannot go on; what came before has been handed on. Nothing is said
 * of an empty input.
 */
export async function readSpans(source: AsyncIterable<Buffer>, sink: SpanSink): Promise<void> {
  const bytes = new Bytes(unpacked(source));
  bytes.mark();
  while (bytes.position < sniffedBytes && (await bytes.more())) bytes.at = bytes.chunk.length;
  const start = bytes.between(0, Math.min(bytes.position, sniffedBytes));
  bytes.rewind();
  bytes.release();
  if (start.length === 0) return;
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) bytes.at += 3;
  if (looksLikeJson(start)) await readJson(bytes, sink);
  else if (start[0] === resourceSpansTag) await readProtobuf(bytes, sink);
  else if (looksPrefixed(start)) await readPrefixed(bytes, sink);
  else throw new BrokenInput('neither OTLP (JSON, JSON lines, protobuf) nor Jaeger JSON');
}

/** White space before it counts only where what follows is JSON's: a newline begins protobuf, too. */
function looksLikeJson(start: Buffer): boolean {
  if (start[0] === openBrace || start[0] === openBracket) return true;
  return /^(\u00ef\u00bb\u00bf)?\s+$|^(\u00ef\u00bb\u00bf)?\s*[{[]\s*(["\]}[{]|$)/.test(
    start.toString('latin1'),
  );
}

/** A size below 160 MiB, and the first byte of JSON, of a request in protobuf, or of zstd. */
function looksPrefixed(start: Buffer): boolean {
  if (start.length < 5 || start[0]! >= resourceSpansTag) return false;
  return start[4] === openBrace || start[4] === resourceSpansTag || isZstd(start.subarray(4));
}
