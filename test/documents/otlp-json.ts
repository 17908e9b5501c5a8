import { join } from 'node:path';
import protobuf from 'protobufjs';
import type { OtlpRequest } from './jaeger-json.ts';

const root = protobuf.loadSync(join(__dirname, '../receiver/otlp.proto'));
const request = root.lookupType('otlp.TracesRequest');

/** A protobuf request as OTLP JSON writes it: ids in hexadecimal, 64-bit numbers as texts. */
export function otlpJsonOf(body: Uint8Array): OtlpRequest {
  const decoded = request.toObject(request.decode(body), { longs: String, bytes: Buffer });
  return JSON.parse(JSON.stringify(decoded, bytesAsHex)) as OtlpRequest;
}

/** Buffers come here as what their own `toJSON` makes of them. */
function bytesAsHex(_name: string, value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: number[] };
  return type === 'Buffer' && data !== undefined ? Buffer.from(data).toString('hex') : value;
}
