import { readFileSync } from 'node:fs';

/** Empty for a file that cannot be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
