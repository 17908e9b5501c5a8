import { SettingError } from './setting-error.ts';

const deepest = 8;
const mostValues = 100_000;

/**
 * A copy of what a configuration file gives, made of plain objects and lists only; functions and
 * simple values stay as they are, for the option's own check. Throws a `SettingError` with the
 * place for what is no plain object, holds itself, is too large or throws when it is read.
 */
export function plainCopy(given: unknown, file: string): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SettingError(`${file} must give an object, got ${kindOf(given)}`);
  }
  let values = 0;
  const around = new Set<object>();

  function copy(value: unknown, place: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (++values > mostValues)
      throw new SettingError(`${file} holds more than ${mostValues} values`);
    if (around.has(value)) throw new SettingError(`${file}: ${place} holds itself`);
    if (around.size >= deepest) throw new SettingError(`${file}: ${place} is too deep`);
    around.add(value);
    const copied = Array.isArray(value) ? listOf(value, place) : fieldsOf(value, place);
    around.delete(value);
    return copied;
  }
  function listOf(list: readonly unknown[], place: string): unknown[] {
    const { length } = list;
    values += length;
    if (values > mostValues) throw new SettingError(`${file} holds more than ${mostValues} values`);
    return Array.from({ length }, (_, index) => copy(list[index], `${place}[${index}]`));
  }
  function fieldsOf(value: object, place: string): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const path = place === '' ? name : `${place}.${name}`;
      const field = readable(path, () => (value as Record<string, unknown>)[name]);
      Object.defineProperty(fields, name, { value: copy(field, path), enumerable: true });
    }
    return fields;
  }
  function readable<T>(place: string, read: () => T): T {
    try {
      return read();
    } catch {
      throw new SettingError(`${file}: ${place} cannot be read, it throws`);
    }
  }

  try {
    return fieldsOf(given, '');
  } catch (error) {
    if (error instanceof SettingError) throw error;
    throw new SettingError(`${file} cannot be read, it throws`);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return value === undefined ? 'nothing' : `a ${typeof value}`;
}
