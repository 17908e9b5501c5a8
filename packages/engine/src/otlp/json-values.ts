import type { AttributeValue } from '../types.ts';
import { maxValueDepth, OtlpDecodeError } from './errors.ts';
import { setAttribute } from './model.ts';

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

/** Lower-case hexadecimal of `size` bytes; empty when absent. */
export function hexOf(value: unknown, size: number, what: string): string {
  const text = textOf(value, what);
  if (text === '' || (text.length === size * 2 && /^[0-9a-f]+$/i.test(text))) {
    return text.toLowerCase();
  }
  throw malformed(`${what} is not ${size} bytes of hexadecimal`);
}

export function attributesOf(value: unknown, depth = 0): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const entry of listOf(value, 'attributes')) {
    const pair = objectOf(entry, 'an attribute');
    setAttribute(
      attributes,
      textOf(pair['key'], 'an attribute key'),
      valueOf(pair['value'], depth),
    );
  }
  return attributes;
}

function valueOf(value: unknown, depth: number): AttributeValue {
  if (depth > maxValueDepth) {
    throw new OtlpDecodeError('too-deep', `an attribute value nests deeper than ${maxValueDepth}`);
  }
  const any = objectOf(value, 'an attribute value');
  if (isGiven(any['stringValue'])) return textOf(any['stringValue'], 'stringValue');
  if (isGiven(any['boolValue'])) return any['boolValue'] === true;
  if (isGiven(any['intValue'])) return safeNumberOf(integerOf(any['intValue'], 'intValue'));
  if (isGiven(any['doubleValue'])) return numberOf(any['doubleValue'], 'doubleValue');
  if (isGiven(any['arrayValue'])) {
    const { values } = objectOf(any['arrayValue'], 'arrayValue');
    return listOf(values, 'values').map((item) => valueOf(item, depth + 1));
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

function safeNumberOf(integer: bigint): number | string {
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
