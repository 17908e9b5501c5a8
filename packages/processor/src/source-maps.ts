import { readFileSync, statSync } from 'node:fs';
import { findSourceMap, SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A line of a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** More files are not looked at; larger ones are not read. */
const mostFiles = 200;
const mostFileBytes = 8 * 1024 * 1024;
/** Decoding takes 30 to 80 ms per MiB on a busy machine, and nothing else runs meanwhile. */
const mostMapBytes = 1024 * 1024;

const mapOfFile = new Map<string, SourceMap | null>();

/**
 * Where a place of built code was written, as the source map of its file says: one that Node.js has
 * loaded, else one in the file or beside it. Line and column count from 1. Null where there is none,
 * or where it does not tell. Never throws.
 *
 * Reads each file once and synchronously, some milliseconds: ask only for what is reported. Maps of
 * whole bundles are too large for that; their lines stay as they stand. Names of
 * functions are not taken from the map, which gives those of other places.
 */
export function writtenAt(file: string, line: number, column: number): Place | null {
  try {
    const entry = sourceMapOf(file)?.findEntry(line - 1, column - 1);
    if (entry === undefined || !('originalSource' in entry)) return null;
    return { file: sourceFile(entry.originalSource, file), line: entry.originalLine + 1 };
  } catch {
    return null;
  }
}

function sourceMapOf(file: string): SourceMap | null {
  const known = mapOfFile.get(file);
  if (known !== undefined) return known;
  if (mapOfFile.size >= mostFiles) return null;
  mapOfFile.set(file, null);
  const map = findSourceMap(file) ?? readMap(file);
  mapOfFile.set(file, map);
  return map;
}

const mark = '//# sourceMappingURL=';
const inline = /^data:application\/json[^,]*;base64,/;

function readMap(file: string): SourceMap | null {
  const text = readSmall(file, mostFileBytes);
  const at = text.lastIndexOf(mark);
  if (at === -1) return null;
  const url = text.slice(at + mark.length).trim();
  const json = inline.test(url)
    ? Buffer.from(url.replace(inline, ''), 'base64').toString('utf8')
    : readSmall(resolve(dirname(file), decodeURI(url)), mostMapBytes);
  if (json.length === 0 || json.length > mostMapBytes) return null;
  return new SourceMap(JSON.parse(json) as SourceMapPayload);
}

/** Empty when it is too large. */
function readSmall(file: string, mostBytes: number): string {
  return statSync(file).size > mostBytes ? '' : readFileSync(file, 'utf8');
}

/** Bundlers write paths from the map's place, URLs, or a scheme of their own before a project's path. */
function sourceFile(source: string, file: string): string {
  if (source.startsWith('file://')) return fileURLToPath(source);
  const inProject = /^[\w-]+:\/\/(?:[^/]*\/)?(?:\[project\]\/)?(?:\.\/)?(.*)$/.exec(source)?.[1];
  return inProject === undefined ? resolve(dirname(file), source) : resolve(inProject);
}
