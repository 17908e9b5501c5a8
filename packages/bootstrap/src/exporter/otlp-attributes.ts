import { fixed64Tag, lengthTag, varintTag } from './protobuf-writer.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

const partLength = 1;
const keyTag = lengthTag(1);
const valueTag = lengthTag(2);
const any = {
  string: lengthTag(1),
  boolean: varintTag(2),
  integer: varintTag(3),
  double: fixed64Tag(4),
  array: lengthTag(5),
  object: lengthTag(6),
  bytes: lengthTag(7),
};
const memberTag = lengthTag(1);

/** Values inside one attribute, beyond which it counts as endless. */
const mostNested = 100_000;
const deepest = 100;

let nested = 0;

/**
 * Writes attributes as fields of `tag`. Returns how many had to be left out: their value threw when
 * it was read, or has no end. Never throws.
 */
export function writeAttributes(
  writer: ProtobufWriter,
  tag: number,
  attributes: Readonly<Record<string, unknown>>,
): number {
  let dropped = 0;
  for (const name in attributes) {
    if (!Object.hasOwn(attributes, name)) continue;
    const before = writer.position;
    try {
      writeAttribute(writer, tag, name, attributes[name]);
    } catch {
      writer.rewind(before);
      dropped++;
    }
  }
  return dropped;
}

function writeAttribute(writer: ProtobufWriter, tag: number, name: string, value: unknown): void {
  const start = writer.open(tag, partLength);
  writer.key(keyTag, name);
  const valueStart = writer.open(valueTag, partLength);
  if (typeof value === 'string') writer.string(any.string, value);
  else {
    nested = 0;
    writeAny(writer, value, 0);
  }
  writer.close(valueStart, partLength);
  writer.close(start, partLength);
}

/** What is none of OTLP's values is written as an empty one. */
function writeAny(writer: ProtobufWriter, value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      return writer.string(any.string, value);
    case 'boolean':
      return writer.uint32(any.boolean, value ? 1 : 0);
    case 'number':
      if (isInt64(value)) return writer.int64(any.integer, value);
      return writer.double(any.double, value);
    case 'object':
      if (value !== null) writeObject(writer, value, depth);
  }
}

function writeObject(writer: ProtobufWriter, value: object, depth: number): void {
  if (depth >= deepest) throw new RangeError('an attribute is nested too deeply');
  if (value instanceof Uint8Array) return writer.bytes(any.bytes, value);
  const isArray = Array.isArray(value);
  const start = writer.open(isArray ? any.array : any.object, partLength);
  if (isArray) writeItems(writer, value, depth + 1);
  else writeMembers(writer, value as Record<string, unknown>, depth + 1);
  writer.close(start, partLength);
}

function writeItems(writer: ProtobufWriter, items: readonly unknown[], depth: number): void {
  for (const item of items) {
    countNested();
    const start = writer.open(memberTag, partLength);
    writeAny(writer, item, depth);
    writer.close(start, partLength);
  }
}

function writeMembers(
  writer: ProtobufWriter,
  object: Readonly<Record<string, unknown>>,
  depth: number,
): void {
  for (const name in object) {
    if (!Object.hasOwn(object, name)) continue;
    countNested();
    const start = writer.open(memberTag, partLength);
    writer.string(keyTag, name);
    const valueStart = writer.open(valueTag, partLength);
    writeAny(writer, object[name], depth);
    writer.close(valueStart, partLength);
    writer.close(start, partLength);
  }
}

function countNested(): void {
  if (++nested > mostNested) throw new RangeError('an attribute holds too many values');
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}
