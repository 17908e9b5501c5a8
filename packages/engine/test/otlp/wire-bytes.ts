/** Protobuf fields by hand, for what the SDK's serializer would never send. */
export function varint(field: number, value: number | bigint): Uint8Array {
  return Uint8Array.from([...digits(BigInt(field) << 3n), ...digits(BigInt(value))]);
}

export function fixed32(field: number, value: number): Uint8Array {
  const low = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
  return Uint8Array.from([...digits((BigInt(field) << 3n) | 5n), ...low]);
}

export function message(field: number, ...parts: Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [...digits((BigInt(field) << 3n) | 2n), ...digits(BigInt(size))];
  const bytes = new Uint8Array(head.length + size);
  bytes.set(head);
  let at = head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function text(field: number, value: string): Uint8Array {
  return message(field, new TextEncoder().encode(value));
}

function digits(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
