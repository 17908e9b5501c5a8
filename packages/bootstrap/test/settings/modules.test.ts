import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Settings } from '../../src/settings/settings.ts';

/** What a module does, the module, and why it is refused, in so far as it is certain. */
const cases = [
  ['awaits', 'await 1; export default {};', ' must not await: the preload cannot wait for it'],
  ['is async', 'export default async () => ({});', ' must not be async: the preload cannot'],
  ['rejects', 'export default Promise.reject(new Error("x"));', ' must not be async'],
  ['exports nothing', 'export const quiet = true;', ' has no default export'],
  ['gives nothing', 'export default () => {};', ' must give an object, got nothing'],
  [
    'throws',
    '\nthrow new TypeError("no key hush-hush-1234 there");',
    ':2 throws TypeError: no key',
  ],
  ['throws nothing', 'throw null;', ' throws what cannot be read'],
  ['cannot be parsed', 'export default {', ' throws SyntaxError'],
  ['imports what is not there', 'import "no-such-package";', ' throws ERR_MODULE_NOT_FOUND'],
  [
    'exits another way',
    'import { exit } from "node:process"; export default () => exit(7);',
    ' must not end the process',
  ],
  [
    'has a getter that throws',
    'export default { get quiet() { throw new Error("hush-hush-1234"); } };',
    ': quiet cannot be read, it throws',
  ],
  [
    'is hostile',
    'export default new Proxy({}, { ownKeys() { throw new Error("hush-hush-1234"); } });',
    ' cannot be read, it throws',
  ],
  [
    'holds itself',
    'const suppress = [{}]; suppress[0].rule = suppress; export default { suppress };',
    ': suppress[0].rule holds itself',
  ],
  [
    'gives a function for a number',
    'export default { minRepeats: () => 3 };',
    ': minRepeats must be a whole number of at least 2, got a function',
  ],
] as const;

let root: string;
let settings: Settings[];

/** All in one process, because Node.js itself must load them. */
beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'spandrel-modules-')));
  const folders = cases.map(([, content], index) => {
    const folder = join(root, String(index));
    mkdirSync(folder);
    writeFileSync(join(folder, 'spandrel.config.mjs'), content);
    return folder;
  });
  const reader = join(__dirname, 'read-settings.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, [reader, ...folders]);
  settings = JSON.parse(stdout) as Settings[];
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(cases.map(([what, , why], index) => [what, why, index] as const))(
  'a module that %s is refused',
  (_what, why, index) => {
    const { refusal } = settings[index]!;
    expect(refusal).toContain(`spandrel.config.mjs${why}`);
    expect(refusal).not.toContain('hush');
    expect(refusal).not.toContain('\n');
  },
);
