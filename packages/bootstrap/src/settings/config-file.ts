import { readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { loadConfigModule } from './config-module.ts';
import { plainCopy } from './plain-copy.ts';
import { SettingError } from './setting-error.ts';

/** What a configuration file gives. */
export interface ConfigFile {
  /** Null where there is none. */
  readonly path: string | null;
  /** As it is printed: from the working directory where the file is below it. */
  readonly shown: string;
  /** Plain data, not checked yet. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Worth a line each. */
  readonly warnings: readonly string[];
}

export const noConfigFile: ConfigFile = { path: null, shown: '', values: {}, warnings: [] };

/** Names that are looked for; of several in one folder the first counts. */
const names = ['spandrel.config.json', 'spandrel.config.mjs', 'spandrel.config.ts'] as const;
/** Names that are not, and are told. */
const strangers = ['spandrel.config.js', 'spandrel.config.cjs', 'spandrel.config.mts'] as const;

const largestBytes = 1024 * 1024;

/**
 * The configuration file of this process: the one `SPANDREL_CONFIG_FILE` names, else the first of
 * `spandrel.config.json`, `.mjs`, `.ts` in `cwd`, else in the nearest folder above it that holds a
 * `package.json`. Without one it costs a stat per name and folder. Throws a `SettingError` that
 * names the file for one that cannot be read, is no plain data or takes time to make (async).
 */
export function readConfigFile(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): ConfigFile {
  const named = env['SPANDREL_CONFIG_FILE']?.trim();
  if (named !== undefined && named !== '') return readNamed(named, cwd);
  for (const folder of folders(cwd)) {
    const there = names.filter((name) => exists(join(folder, name)));
    const [first, ...others] = there;
    if (first === undefined) continue;
    const file = join(folder, first);
    const warning = whyDistrusted(file, folder);
    if (warning !== null) return { ...noConfigFile, warnings: [warning] };
    const warnings = others.map((name) => `${name} is not read, ${first} beside it is`);
    return { ...read(file, cwd), warnings };
  }
  const stranger = strangers.find((name) => exists(join(cwd, name)));
  if (stranger === undefined) return noConfigFile;
  const warning = `${stranger} is not read; its name must be ${names.join(', ')}`;
  return { ...noConfigFile, warnings: [warning] };
}

function readNamed(named: string, cwd: string): ConfigFile {
  const file = resolve(cwd, named);
  if (!/\.(json|mjs|ts)$/.test(file)) {
    const rule = 'the path of a .json, .mjs or .ts file';
    throw new SettingError(`SPANDREL_CONFIG_FILE must be ${rule}, got ${JSON.stringify(named)}`);
  }
  if (!exists(file)) throw new SettingError(`SPANDREL_CONFIG_FILE: there is no ${file}`);
  return read(file, cwd);
}

/** The working directory, and the root of the package that it is in. */
function folders(cwd: string): string[] {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (exists(join(folder, 'package.json'))) return folder === cwd ? [cwd] : [cwd, folder];
    if (dirname(folder) === folder) return [cwd];
  }
}

function exists(file: string): boolean {
  return statOf(file) !== undefined;
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    // What cannot even be looked at is not there for us.
    return undefined;
  }
}

const everyoneMayWrite = 0o002;

/**
 * Where anyone can put files, as in /tmp, one of another user is not for us: it could run code in
 * this process, or send its spans elsewhere.
 */
function whyDistrusted(file: string, folder: string): string | null {
  const user = process.getuid?.();
  const owner = statOf(file)?.uid;
  if (user === undefined || owner === user || owner === 0) return null;
  if (((statOf(folder)?.mode ?? 0) & everyoneMayWrite) === 0) return null;
  return `${file} is not read: it is another user's, in a folder that anyone can write to; SPANDREL_CONFIG_FILE can name it`;
}

function read(file: string, cwd: string): ConfigFile {
  const below = relative(cwd, file);
  const shown = below.startsWith('..') || isAbsolute(below) ? file : below;
  const stat = statOf(file);
  if (stat?.isFile() !== true) throw new SettingError(`${shown} is no file`);
  if (stat.size > largestBytes) {
    throw new SettingError(`${shown} must be at most ${largestBytes} bytes, got ${stat.size}`);
  }
  const given = file.endsWith('.json') ? readJson(file, shown) : loadConfigModule(file, shown);
  return { path: file, shown, values: plainCopy(given, shown), warnings: [] };
}

function readJson(file: string, shown: string): unknown {
  const text = readText(file, shown);
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 quotes the text around the place, which may hold a secret.
    const [what = ''] = (error as Error).message.split(/, (?=\.{3}|")|(?<=at position \d+), /);
    throw new SettingError(`${shown} is not valid JSON: ${what}`);
  }
}

function readText(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new SettingError(`${shown} cannot be read (${code})`);
  }
}
