import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/**
 * Why Node.js takes a file for an ES module, in a few words; null for CommonJS, or where there is no
 * such file. Reads package.json files above it, and the file where nothing else decides.
 */
export function whyEsModule(file: string): string | null {
  const extension = extname(file);
  if (['.mjs', '.mts'].includes(extension)) return extension;
  if (['.cjs', '.cts'].includes(extension)) return null;
  const { type, path } = nearestType(dirname(file));
  if (type === 'module') return `"type": "module" in ${path}`;
  if (type === 'commonjs') return null;
  return hasModuleSyntax(textOf(file)) ? 'its import and export statements' : null;
}

/** `type` of the nearest package.json; undefined where it has none, or there is no package.json. */
function nearestType(folder: string): { type?: unknown; path: string } {
  const path = join(folder, 'package.json');
  const text = textOf(path);
  if (text !== '') {
    try {
      return { type: (JSON.parse(text) as { type?: unknown }).type, path };
    } catch {
      return { path };
    }
  }
  const parent = dirname(folder);
  return parent === folder ? { path } : nearestType(parent);
}

/** Good for what people write by hand: statements at the start of a line. */
export function hasModuleSyntax(text: string): boolean {
  return /^(import\s*['"{*\w]|export\s+(default|const|let|function|class|async|\{|\*))/m.test(text);
}

/** Empty for a file that cannot be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
