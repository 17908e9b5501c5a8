import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const inflate = promisify(gunzip);

/** Why a request's body was refused: the HTTP status, a reason for counting, a line for people. */
export class RefusedRequest extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The body as it was sent. Refuses (413) as soon as it is, or says it will be, over `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new RefusedRequest(400, 'incomplete_request', 'the sender went away in mid-request');
  }
  if (size > maxBytes) throw tooLarge(maxBytes);
  return Buffer.concat(chunks, size);
}

/** The body without its compression, at most `maxBytes` long however small it came. */
export async function decompress(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') {
    const message = `content-encoding ${encoding} is not gzip or identity`;
    throw new RefusedRequest(415, 'unsupported_media_type', message);
  }
  try {
    return await inflate(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new RefusedRequest(400, 'malformed_request', 'the body is not gzip');
  }
}

function tooLarge(maxBytes: number): RefusedRequest {
  return new RefusedRequest(413, 'request_too_large', `the body is over ${maxBytes} bytes`);
}
