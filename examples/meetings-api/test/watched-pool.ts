import { relative, resolve } from 'node:path';
import type { Pool } from 'pg';
import { source } from './demo-database.ts';

export interface SeenQuery {
  readonly text: string;
  /** Innermost frame of the example, from the repository's root, as V8 reports it. */
  readonly file: string;
  readonly function: string | null;
}

const root = resolve(__dirname, '../../..');

/**
 * Notes every query that a connection of the pools sends, and who asked for it. Under `pool.query`
 * the connection has no frame of the application any more, so the site is taken where it is asked.
 */
export function watchQueries(pools: readonly Pool[]): SeenQuery[] {
  const seen: SeenQuery[] = [];
  for (const pool of pools) watchPool(pool, seen);
  return seen;
}

function watchPool(pool: Pool, seen: SeenQuery[]): void {
  const asked = new Map<string, SeenQuery[]>();

  wrapQuery(pool, (text) => {
    const site = applicationSite();
    if (!site) throw new Error(`no frame of the example asks for ${text}`);
    asked.set(text, [...(asked.get(text) ?? []), { text, ...site }]);
  });
  pool.on('connect', (client) => {
    wrapQuery(client, (text) => {
      const query = asked.get(text)?.shift() ?? { text, ...applicationSite() };
      seen.push(query as SeenQuery);
    });
  });
}

function wrapQuery(target: object, note: (text: string) => void): void {
  const owner = target as { query: (...args: unknown[]) => unknown };
  const original = owner.query;
  owner.query = function query(...args) {
    note(args[0] as string);
    return original.apply(this, args);
  };
}

function applicationSite(): { file: string; function: string | null } | undefined {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_error, sites) => sites;
  const sites = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = before;
  const site = sites.find((each) => each.getFileName()?.startsWith(source));
  if (!site) return undefined;
  return { file: relative(root, site.getFileName() ?? ''), function: site.getFunctionName() };
}
