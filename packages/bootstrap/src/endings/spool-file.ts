import type { Parcel } from './send-at-once.ts';

/** What a spool file holds. */
export interface Spooled {
  /** `application/x-protobuf` or `application/json`. */
  readonly contentType: string;
  readonly createdMs: number;
  readonly parcels: readonly Parcel[];
}

interface Header {
  readonly format: 'spandrel-spool/1';
  readonly contentType: string;
  readonly createdMs: number;
  readonly parcels: readonly { readonly bytes: number; readonly spans: number }[];
  /** Of all bodies together. */
  readonly crc32: number;
}

const format = 'spandrel-spool/1';
const longestHeader = 1024 * 1024;

/** A line of JSON, then the bodies one after another. */
export function writeSpooled({ contentType, createdMs, parcels }: Spooled): Buffer {
  const bodies = Buffer.concat(parcels.map(({ body }) => body));
  const header: Header = {
    format,
    contentType,
    createdMs,
    parcels: parcels.map(({ body, spans }) => ({ bytes: body.length, spans })),
    crc32: crc32(bodies),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bodies]);
}

/** Null for a file that is cut off, changed, or something else. */
export function readSpooled(file: Buffer): Spooled | null {
  try {
    const end = file.subarray(0, longestHeader).indexOf('\n');
    const header = JSON.parse(file.subarray(0, end).toString('utf8')) as Header;
    const bodies = file.subarray(end + 1);
    if (header.format !== format || header.crc32 !== crc32(bodies)) return null;
    let from = 0;
    const parcels = header.parcels.map(({ bytes, spans }) => ({
      body: bodies.subarray(from, (from += bytes)),
      spans,
    }));
    if (from !== bodies.length) return null;
    return { contentType: header.contentType, createdMs: header.createdMs, parcels };
  } catch {
    return null;
  }
}

function crc32(bytes: Buffer): number {
  return process.getBuiltinModule('node:zlib').crc32(bytes);
}
