import type { AttributeValue } from '../types.ts';
import { maxValueDepth, OtlpDecodeError } from './errors.ts';
import { epochStart, epochTimeOf, setAttribute } from './model.ts';
import type { EpochTime } from './model.ts';

/**
 * Reading OTLP's JSON, which is protobuf's JSON mapping with hexadecimal ids and numbers for
 * enumerations: an absent or null field has its default, 64-bit numbers may be text.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown, what: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  throw malformed(`${what} is not an object`);
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw malformed(`${what} is not a list`);
}

export function textOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw malformed(`${what} is not text`);
}

/** Also `"12"`, `"NaN"` and `"Infinity"`, as the mapping allows. */
export function numberOf(value: unknown, what: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number') return value;
  if (value === 'NaN') return NaN;
  const number = typeof value === 'string' && value !== '' ? Number(value) : NaN;
  if (Number.isNaN(number)) throw malformed(`${what} is not a number`);
  return number;
}

/** A whole number of at most 20 digits, as text or as a number. */
export function integerOf(value: unknown, what: string): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw malformed(`${what} is not a whole number`);
}

/**
 * Nanoseconds since the epoch. Text of digits, which is what senders write, is read without a
 * bigint: 71 ns against 227.
 */
export function timeOf(value: unknown, what: string): EpochTime {
  if (value === undefined || value === null) return epochStart;
  if (typeof value !== 'string' || value.length > 20) return epochTimeOf(integerOf(value, what));
  const split = value.length - 9;
  let seconds = 0;
  let nanos = 0;
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return epochTimeOf(integerOf(value, what));
    if (at < split) seconds = seconds * 10 + digit;
    else nanos = nanos * 10 + digit;
  }
  if (value === '') throw malformed(`${what} is not a whole number`);
  return { seconds, nanos };
}

const hexadecimalOf: Readonly<Record<8 | 16, RegExp>> = {
  8: /^[0-9a-f]{16}$/,
  16: /^[0-9a-f]{32}$/,
};

/** Lower-case hexadecimal of `size` bytes; empty when absent. */
export function hexOf(value: unknown, size: 8 | 16, what: string): string {
  if (value === undefined || value === null || value === '') return '';
  const text = textOf(value, what);
  if (hexadecimalOf[size].test(text)) return text;
  const lower = text.toLowerCase();
  if (hexadecimalOf[size].test(lower)) return lower;
  throw malformed(`${what} is not ${size} bytes of hexadecimal`);
}

export function attributesOf(value: unknown, depth = 0): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const entry of listOf(value, 'attributes')) {
    const pair = objectOf(entry, 'an attribute');
    const key = textOf(pair['key'], 'an attribute key');
    setAttribute(attributes, key, anyValueOf(pair['value'], depth));
  }
  return attributes;
}

/** An `AnyValue`; an empty one is null. `depth` is how deep it nests already. */
export function anyValueOf(value: unknown, depth: number): AttributeValue {
  if (depth > maxValueDepth) {
    throw new OtlpDecodeError('too-deep', `an attribute value nests deeper than ${maxValueDepth}`);
  }
  const any = objectOf(value, 'an attribute value');
  if (isGiven(any['stringValue'])) return textOf(any['stringValue'], 'stringValue');
  if (isGiven(any['boolValue'])) return any['boolValue'] === true;
  if (isGiven(any['intValue'])) return wholeNumberOf(any['intValue']);
  if (isGiven(any['doubleValue'])) return numberOf(any['doubleValue'], 'doubleValue');
  if (isGiven(any['arrayValue'])) {
    const { values } = objectOf(any['arrayValue'], 'arrayValue');
    return listOf(values, 'values').map((item) => anyValueOf(item, depth + 1));
  }
  if (isGiven(any['kvlistValue'])) {
    return attributesOf(objectOf(any['kvlistValue'], 'kvlistValue')['values'], depth + 1);
  }
  if (isGiven(any['bytesValue'])) return bytesOf(textOf(any['bytesValue'], 'bytesValue'));
  return null;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A 64-bit number; as decimal text where a double cannot hold it exactly. */
function wholeNumberOf(value: unknown): number | string {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const integer = integerOf(value, 'intValue');
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : String(integer);
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw malformed('bytesValue is not base64');
  }
}

function malformed(what: string): OtlpDecodeError {
  return new OtlpDecodeError('malformed', `not OTLP JSON: ${what}`);
}
