import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { instrumentationTable } from '../../instrumentations/table.ts';
import { ok, problem, warning } from '../check.ts';
import type { Check } from '../check.ts';
import { textOf, whyEsModule } from '../module-kind.ts';
import type { Project } from '../project.ts';

const us = '@spandrel/bootstrap';
const placesOfStart =
  /^(Dockerfile|Procfile|.*\.service|docker-compose\.ya?ml|compose\.ya?ml|ecosystem\.config\.c?js)$/;

/** Who loads us, as far as can be read: command, NODE_OPTIONS, scripts, entry, container files. */
export function checkPreload(project: Project, command: readonly string[]): Check {
  const { env, manifest, folder, entry } = project;
  const places: [place: string, text: string][] = [
    ['the command', command.join(' ')],
    ['NODE_OPTIONS', env['NODE_OPTIONS'] ?? ''],
    ...Object.entries(manifest.scripts).map(([name, text]): [string, string] => [
      `script ${name}`,
      text,
    ]),
    ...(entry === null ? [] : [[entry, textOf(entry)] as [string, string]]),
    ...filesOf(folder).map((name): [string, string] => [name, textOf(join(folder, name))]),
  ];
  const found = places.find(([, text]) => startsUs(text));
  if (found !== undefined) return ok('E-LOAD-02', `${us} is loaded by ${found[0]}`);
  return warning('E-LOAD-02', `no script, NODE_OPTIONS or entry names ${us}`);
}

/** True for a text that loads the preload, or imports us and calls `start`; the rest of us starts nothing. */
export function startsUs(text: string): boolean {
  return text.includes(`${us}/register`) || (text.includes(us) && /\bstart\s*\(/.test(text));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => placesOfStart.test(name));
  } catch {
    return [];
  }
}

/** Where the entry loads us itself: what it loads before. */
export function checkLoadOrder({ entry }: Project): Check | null {
  const text = entry === null ? '' : textOf(entry);
  const at = text.search(new RegExp(`['"]${us}(/register)?['"]`));
  if (entry === null || at < 0 || !startsUs(text)) return null;
  const head = text.slice(0, at);
  const isStatic = /import\s[^;]*$/.test(head);
  const isModule = whyEsModule(entry) !== null && isStatic;
  const before = isModule ? text : head;
  const names = instrumentationTable
    .flatMap(({ modules }) => modules)
    .filter((name) =>
      new RegExp(`(from|import|require\\()\\s*['"](node:)?${name}['"/]`).test(before),
    );
  if (names.length === 0) return ok('E-LOAD-01', `${entry} loads us first`);
  const why = isModule ? 'an ES module loads all its imports before the first runs' : 'before us';
  return problem('E-LOAD-01', `${entry} loads ${names.join(', ')}: ${why}`);
}
