import { setAttribute } from '../otlp/model.ts';
import type { AttributeValue } from '../types.ts';
import { JaegerDecodeError } from './errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown, what: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  throw new JaegerDecodeError(`${what} is not an object`);
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new JaegerDecodeError(`${what} is not a list`);
}

export function textOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new JaegerDecodeError(`${what} is not text`);
}

/** Microseconds, as a number or as text; 0 when absent. */
export function microsecondsOf(value: unknown, what: string): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new JaegerDecodeError(`${what} is not a number`);
}

/** Lower-case hexadecimal of `size` bytes. Jaeger leaves leading zeros out, and has 64-bit trace ids. */
export function idOf(value: unknown, size: number, what: string): string {
  const text = textOf(value, what).toLowerCase();
  if (text !== '' && text.length <= 2 * size && /^[0-9a-f]+$/.test(text)) {
    return text.padStart(2 * size, '0');
  }
  throw new JaegerDecodeError(`${what} is not up to ${size} bytes of hexadecimal`);
}

/** Typed tags (`key`, `type`, `value`) as attributes; a key that comes again replaces the earlier one. */
export function tagsOf(value: unknown, what: string): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const tag of listOf(value, what)) {
    const { key, type, value: given } = objectOf(tag, 'a tag');
    const name = textOf(key, 'a key');
    setAttribute(attributes, name, valueOf(name, type, given));
  }
  return attributes;
}

/** Types are hints: what does not fit its type stays as it is. */
function valueOf(name: string, type: unknown, value: unknown): AttributeValue {
  if (typeof value !== 'string') return value;
  if (type === 'int64' || type === 'float64') return numberOr(value);
  if (type === 'bool') return value === 'true' ? true : value === 'false' ? false : value;
  return name.startsWith('spandrel.') && value.startsWith('[') ? listOr(value) : value;
}

/** 64-bit numbers may be text, and stay it where a double cannot hold them exactly. */
function numberOr(text: string): number | string {
  const number = Number(text);
  const isExact = !/^-?\d+$/.test(text) || Number.isSafeInteger(number);
  return text !== '' && !Number.isNaN(number) && isExact ? number : text;
}

/** Jaeger has no lists: on their way into it, ours (`spandrel.callers`) become JSON text. */
function listOr(text: string): AttributeValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
