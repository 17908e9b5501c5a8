import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is to be started, and whose modules it sees. */
export interface Target {
  readonly file: string;
  readonly args: readonly string[];
  /** The folder from which its packages are looked up. */
  readonly folder: string;
  /** The script that Node.js is given, where that is known. */
  readonly entry: string | null;
}

const scripts = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx']);
const typescript = new Set(['.ts', '.mts', '.cts', '.tsx']);

/**
 * `app.js --its=options`, a folder or a script such as `bin/www` is given to Node.js; anything else
 * is a command, such as `npm start` or `node --flags app.js`. TypeScript goes through `tsx` where
 * the project has it, and through Node.js itself where not. `operands` holds at least one.
 */
export function targetOf(operands: readonly string[], cwd: string): Target {
  const [first = '', ...rest] = operands;
  const path = resolve(cwd, first);
  if (!isForNode(first, path)) {
    return { file: first, args: rest, folder: cwd, entry: scriptOfNode(first, rest, cwd) };
  }
  const folder = isFolder(path) ? path : dirname(path);
  const flags = typescript.has(extname(path)) ? loaderOf(folder) : [];
  return { file: process.execPath, args: [...flags, first, ...rest], folder, entry: path };
}

function isForNode(first: string, path: string): boolean {
  if (scripts.has(extname(first))) return true;
  if (isFolder(path)) return true;
  return /[\\/]/.test(first) && isNodeScript(path);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A text that names Node.js in its first line, or nobody. */
function isNodeScript(path: string): boolean {
  try {
    const [line = ''] = readFileSync(path, 'utf8').slice(0, 200).split('\n');
    return line.startsWith('#!') ? /\bnode\b/.test(line) : !line.includes('\0') && line !== '';
  } catch {
    return false;
  }
}

function loaderOf(folder: string): string[] {
  try {
    const path = createRequire(join(folder, 'package.json')).resolve('tsx');
    return ['--import', pathToFileURL(path).href];
  } catch {
    return [];
  }
}

/** Options of Node.js whose value may be the next word. */
const withValue = new Set(['-r', '--require', '--import', '--loader', '--env-file', '-C']);

const isInline = /^(-[a-z]*[ep]|--eval|--print)(=|$)/;

/** Of `node --flags app.js`; null for other commands. */
function scriptOfNode(command: string, args: readonly string[], cwd: string): string | null {
  if (!/(^|[\\/])node(\.exe)?$/.test(command)) return null;
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i]!;
    if (isInline.test(word)) return null;
    if (withValue.has(word)) i += 1;
    else if (!word.startsWith('-')) return resolve(cwd, word);
  }
  return null;
}
