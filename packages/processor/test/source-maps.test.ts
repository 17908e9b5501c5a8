import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { readStack } from '../src/stack.ts';
import type { Capture } from '../src/stack.ts';
import { writtenAt } from '../src/source-maps.ts';

const source = `type Id = number;

export function ask(id: Id): string {
  return String(id);
}
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spandrel-maps-'));
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'dist'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Builds a file with a map that names `sources`; gives the place of `String(id)` in it. */
function build(name: string, sources: string, sourcemap: 'inline' | 'external') {
  const built = transformSync(source, {
    sourceFileName: sources,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023', minify: { mangle: true } },
    minify: true,
    sourceMaps: sourcemap === 'inline' ? 'inline' : true,
  });
  const file = join(folder, 'dist', name);
  const comment = sourcemap === 'inline' ? '' : `//# sourceMappingURL=${name}.map\n`;
  writeFileSync(file, built.code + comment);
  if (sourcemap === 'external') writeFileSync(`${file}.map`, built.map!);
  return { file, line: 1, column: built.code.indexOf('String(') + 1 };
}

describe('a place of built code', () => {
  test.each(['inline', 'external'] as const)('is told where it was written, map %s', (kind) => {
    const { file, line, column } = build(`${kind}.js`, '../src/ask.ts', kind);
    expect(writtenAt(file, line, column)).toEqual({ file: join(folder, 'src/ask.ts'), line: 4 });
  });

  test('is told by the path in the project where a bundler writes a scheme of its own', () => {
    const sources = ['webpack://app/./src/ask.ts', 'turbopack:///[project]/src/ask.ts'];
    for (const [index, name] of sources.entries()) {
      const { file, line, column } = build(`scheme-${index}.js`, name, 'external');
      expect(writtenAt(file, line, column)?.file).toBe(join(process.cwd(), 'src/ask.ts'));
    }
  });

  test('is as it stands without a map, with a broken one, and where the map is silent', () => {
    const broken = join(folder, 'dist/broken.js');
    writeFileSync(broken, 'ask();\n//# sourceMappingURL=data:application/json;base64,e30\n');
    const missing = join(folder, 'dist/missing.js');
    writeFileSync(missing, 'ask();\n//# sourceMappingURL=nowhere.map\n');
    for (const file of [broken, missing, join(folder, 'none.js'), '\0', '']) {
      expect(writtenAt(file, 1, 1)).toBeNull();
    }
  });

  test("in a bundle is not the application's where a dependency was written there", () => {
    const { file, line, column } = build('bundle.js', '../node_modules/knex/ask.ts', 'external');
    const stack = [{ file, line, column }].map((place) => ({
      getFileName: () => place.file,
      getLineNumber: () => place.line,
      getColumnNumber: () => place.column,
      getFunctionName: () => 'a',
    }));
    expect(readStack({ stack } as Capture, folder)).toBeNull();
  });
});
