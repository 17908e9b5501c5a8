import type { AttributeValue } from '../types.ts';
import { maxValueDepth, OtlpDecodeError } from './errors.ts';
import { setAttribute } from './model.ts';
import type { WireReader } from './wire.ts';

/** Field numbers: opentelemetry/proto/common/v1/common.proto and resource/v1/resource.proto. */

export type MutableAttributes = Record<string, AttributeValue>;

/** Reads one `KeyValue` into `attributes`; a key that comes again replaces the earlier one. */
export function readKeyValue(reader: WireReader, attributes: MutableAttributes, depth = 0): void {
  let key = '';
  let value: AttributeValue = null;
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = readAnyValue(reader.message(), depth);
    else reader.skip();
  }
  setAttribute(attributes, key, value);
}

export function readResource(reader: WireReader, attributes: MutableAttributes): void {
  while (reader.next()) {
    if (reader.field === 1) readKeyValue(reader.message(), attributes);
    else reader.skip();
  }
}

export function readScopeName(reader: WireReader): string {
  let name = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else reader.skip();
  }
  return name;
}

/** An empty value is null. Of several kinds in one value the last counts, as protobuf says. */
function readAnyValue(reader: WireReader, depth: number): AttributeValue {
  if (depth > maxValueDepth) {
    throw new OtlpDecodeError('too-deep', `an attribute value nests deeper than ${maxValueDepth}`);
  }
  let value: AttributeValue = null;
  while (reader.next()) {
    if (reader.field === 1) value = reader.string();
    else if (reader.field === 2) value = reader.bool();
    else if (reader.field === 3) value = reader.int64();
    else if (reader.field === 4) value = reader.double();
    else if (reader.field === 5) value = readArray(reader.message(), depth + 1);
    else if (reader.field === 6) value = readKeyValueList(reader.message(), depth + 1);
    else if (reader.field === 7) value = reader.bytes();
    else reader.skip();
  }
  return value;
}

function readArray(reader: WireReader, depth: number): AttributeValue {
  const values: AttributeValue[] = [];
  while (reader.next()) {
    if (reader.field === 1) values.push(readAnyValue(reader.message(), depth));
    else reader.skip();
  }
  return values;
}

function readKeyValueList(reader: WireReader, depth: number): AttributeValue {
  const values: MutableAttributes = {};
  while (reader.next()) {
    if (reader.field === 1) readKeyValue(reader.message(), values, depth);
    else reader.skip();
  }
  return values;
}
