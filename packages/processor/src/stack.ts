import { realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallSite } from '@spandrel/engine';
import { writtenAt } from './source-maps.ts';

/** A stack taken but not read: reading costs as much again, and most are never needed. */
export interface Capture {
  stack?: unknown;
  /** Taken when the call was answered, for calls whose own stack does not show the application. */
  later?: Capture;
}

/** Deep enough for query builders and Prisma's 30; the default of 10 reaches the application only under bare pg. */
const frameLimit = 50;
const mostCallers = 5;

/**
 * Takes the stack, from the caller of `below` on when given. Keeps its receivers alive until read.
 * Never throws; where `Error` is frozen the stack is as deep as the process has it.
 */
export function captureStack(below?: (...args: never[]) => unknown): Capture {
  const capture: Capture = {};
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = frameLimit;
    Error.captureStackTrace(capture, below);
    Error.stackTraceLimit = limit;
  } catch {
    Error.captureStackTrace(capture, below);
  }
  return capture;
}

/** The application's innermost frame and up to five above it. */
export interface ReadSite {
  readonly callSite: CallSite;
  readonly callers: readonly CallSite[];
}

/**
 * Reads a capture once; null when no frame of it is the application's. Places of built code are told
 * where they were written; what a bundle holds of dependencies is not the application's. Of a server
 * that is started from `node_modules` as it was published, the frames of its own package count where
 * there are no others. Never throws.
 */
export function readStack(capture: Capture, rootDir: string): ReadSite | null {
  const frames = structuredFrames(capture);
  const site =
    siteIn(frames, ({ isApplication }) => isApplication, rootDir) ??
    siteIn(frames, ({ isOfMainPackage: isMain }) => isMain, rootDir);
  if (site !== null) return site;
  return capture.later === undefined ? null : readStack(capture.later, rootDir);
}

function siteIn(
  stack: readonly NodeJS.CallSite[],
  counts: (file: SourceFile) => boolean,
  rootDir: string,
): ReadSite | null {
  const frames: CallSite[] = [];
  for (const frame of stack) {
    const file = fileOf(frame);
    if (file === null || !counts(file)) continue;
    const line = frame.getLineNumber();
    const written = line === null ? null : writtenAt(file.path, line, frame.getColumnNumber() ?? 1);
    if (written !== null && isApplicationFile(written.file) !== file.isApplication) continue;
    frames.push({
      file: relativeFile(written?.file ?? file.path, rootDir),
      line: written?.line ?? line,
      function: frame.getFunctionName() || null,
    });
    if (frames.length > mostCallers) break;
  }
  const [callSite, ...callers] = frames;
  return callSite === undefined ? null : { callSite, callers };
}

/**
 * Whether pg-pool, and not the application, called `Client.query`: only then does the stack of the
 * connection's acquire belong to this query. Wrappers of instrumentations may stand between.
 */
export function isUnderPoolQuery(capture: Capture): boolean {
  for (const frame of structuredFrames(capture)) {
    const file = fileOf(frame);
    if (file === null) continue;
    if (file.isPgPool) return true;
    if (file.isApplication) return false;
  }
  return false;
}

/** The application's own `Error.prepareStackTrace` is put aside for the moment of reading. */
function structuredFrames(capture: Capture): readonly NodeJS.CallSite[] {
  const prepare = Error.prepareStackTrace;
  let frames: readonly NodeJS.CallSite[] = [];
  try {
    Error.prepareStackTrace = (_error, sites) => sites;
    try {
      const { stack } = capture;
      if (Array.isArray(stack)) frames = stack as readonly NodeJS.CallSite[];
    } finally {
      Error.prepareStackTrace = prepare;
    }
  } catch {
    // A frozen `Error`: its stacks stay text, and the site unknown.
  }
  return frames;
}

interface SourceFile {
  readonly path: string;
  readonly isApplication: boolean;
  readonly isOfMainPackage: boolean;
  readonly isPgPool: boolean;
}

/** By the name frames have for them. A process has few files, but may make names up. */
const files = new Map<string, SourceFile>();
const mostFiles = 2000;

function fileOf(frame: NodeJS.CallSite): SourceFile | null {
  const name = frame.getFileName();
  if (name === null || name === undefined) return null;
  const known = files.get(name);
  if (known !== undefined) return known;
  const path = pathOf(name);
  const isPgPool = /[\\/]pg-pool[\\/]/.test(path);
  const isApplication = isApplicationFile(path);
  const file = { path, isApplication, isOfMainPackage: isOfMainPackage(path), isPgPool };
  if (files.size < mostFiles) files.set(name, file);
  return file;
}

function pathOf(name: string): string {
  return name.startsWith('file://') ? decodeFileUrl(name) : name;
}

function decodeFileUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url.slice('file://'.length);
  }
}

/** Not Node's own, not a dependency, not one of our packages (which lie beside this one). */
function isApplicationFile(file: string): boolean {
  if (file.startsWith('node:') || !/[\\/]/.test(file)) return false;
  if (/[\\/]node_modules[\\/]/.test(file)) return false;
  return ownFiles === null || !ownFiles.test(file);
}

/** The folder of the package that the started script belongs to; null when it is nobody's dependency. */
const mainPackage = ((): string | null => {
  try {
    const script = realpathSync(process.argv[1] ?? '');
    return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]/.exec(script)?.[0] ?? null;
  } catch {
    return null;
  }
})();

function isOfMainPackage(file: string): boolean {
  if (mainPackage === null || !file.startsWith(mainPackage)) return false;
  return !/[\\/]node_modules[\\/]/.test(file.slice(mainPackage.length));
}

function relativeFile(file: string, rootDir: string): string {
  const path = relative(rootDir, file);
  return (path.startsWith('..') || isAbsolute(path) ? file : path).replaceAll('\\', '/');
}

/**
 * In a checkout our packages are no dependencies: `<packages>/<name>/(src|dist)/` is ours too, also
 * when this file is part of the preload's bundle. Null where it is not its own, as in an
 * application bundled into one file.
 */
const ownFiles = ((): RegExp | null => {
  const [frame] = structuredFrames(captureStack());
  const file = pathOf(frame?.getFileName() ?? '');
  const place =
    /^(.*[\\/])processor[\\/](?:src|dist[\\/]\w+)[\\/]stack\.[jt]s$/.exec(file) ??
    /^(.*[\\/])bootstrap[\\/]dist[\\/]preload[\\/][\w-]+\.js$/.exec(file);
  if (place === null) return null;
  const packages = place[1]!.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${packages}[^\\\\/]+[\\\\/](?:src|dist)[\\\\/]`);
})();
