import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import type { InstrumentationRow } from '../instrumentations/table.ts';
import { defaultSampler } from './sampler.ts';
import type { StartRecord } from './start-record.ts';

/** The one line at the start: service, where spans go, what is instrumented, what is unusual. */
export function banner(record: StartRecord, instrumented: readonly string[]): string {
  const { service, destination, sampler, others } = record;
  const parts = [`watching ${shownName(service)}, exporting to ${destination}`];
  if (instrumented.length > 0) parts.push(`instruments ${instrumented.join(', ')}`);
  if (sampler.name !== defaultSampler) parts.push(`sampler ${sampler.name}`);
  if (others.length > 0) parts.push(`${others.join(' and ')} loaded before us`);
  return parts.join('; ');
}

/** Names come from settings: nothing in them may steer a terminal or fill it. */
function shownName(name: string): string {
  const shown = name.replace(/\p{Cc}/gu, '?');
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}

/**
 * Of the table, what the application can load: modules of Node.js, and packages that stand in a
 * `node_modules` above `folder`. It looks and does not load: they come with their first use.
 */
export function instrumentable(table: readonly InstrumentationRow[], folder: string): string[] {
  const folders = nodeModulesAbove(folder);
  const isThere = (module: string): boolean =>
    isBuiltin(module) || folders.some((one) => existsSync(join(one, module)));
  return table
    .filter(({ modules, channels, unless = [] }) => {
      return (channels !== undefined || modules.some(isThere)) && !unless.some(isThere);
    })
    .map(({ name }) => name);
}

function nodeModulesAbove(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, 'node_modules');
    if (existsSync(path)) found.push(path);
    if (at === dirname(at)) return found;
  }
}
