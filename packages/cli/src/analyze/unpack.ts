import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { BrokenInput, byteAt, grouped } from './broken-input.ts';

const chunkSize = 256 * 1024;

export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

export function isZstd(start: Uint8Array): boolean {
  return start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd;
}

/** The content of what comes, by its first bytes: unpacked where it is gzip or zstd. */
export async function* unpacked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  while (start.length < 4) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    start = start.length === 0 ? value : Buffer.concat([start, value]);
  }
  const all = following(start, chunks);
  if (isGzip(start)) yield* through(zlib.createGunzip({ chunkSize }), all, 'gzip');
  else if (isZstd(start)) yield* through(zstdStream(), all, 'zstd');
  else yield* all;
}

async function* following(start: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start;
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true) return;
    yield value;
  }
}

async function* through(
  unpacker: Transform,
  packed: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer> {
  const source = Readable.from(packed);
  let trouble: Error | undefined;
  source.on('error', (error) => {
    trouble = error;
    unpacker.destroy(error);
  });
  source.pipe(unpacker);
  let size = 0;
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      size += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (error === trouble || !isDamage(error)) throw error;
    throw new BrokenInput(
      `the ${name} data are damaged or end early, after ${grouped(size)} bytes of content`,
    );
  } finally {
    source.destroy();
    unpacker.destroy();
  }
}

function isDamage(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' && /^(Z_|ZSTD_|ERR_)/.test(code);
}

/** One compressed request; it has to fit into memory twice anyway. */
export function unpackZstd(packed: Buffer, position: number): Buffer {
  if (typeof zlib.zstdDecompressSync !== 'function') throw noZstd();
  try {
    return zlib.zstdDecompressSync(packed, { maxOutputLength: 256 * 1024 * 1024 });
  } catch {
    throw new BrokenInput(
      `the zstd data of the request that begins at ${byteAt(position)} are damaged`,
    );
  }
}

function zstdStream(): Transform {
  if (typeof zlib.createZstdDecompress !== 'function') throw noZstd();
  return zlib.createZstdDecompress({ chunkSize });
}

function noZstd(): BrokenInput {
  const how = 'Node.js 22.15 or later can; or unpack it first: zstd -dc FILE | spandrel analyze';
  return new BrokenInput(`zstd, which Node.js ${process.versions.node} cannot read (${how})`);
}
