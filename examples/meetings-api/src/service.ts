import { join } from 'node:path';
import { createApp } from './app.ts';
import { openCache } from './cache.ts';
import { startCompanion } from './companion.ts';
import { createPool, createReportPool, inSchema, watchDatabase } from './database/pool.ts';
import { DirectoryClient } from './directory-client.ts';
import { runService } from './lifetime.ts';
import { listen } from './server.ts';
import { readSettings, withoutPassword } from './settings.ts';

const name = 'meetings-api';

runService(name, async (own) => {
  const settings = readSettings(process.env);

  const cache = await openCache(settings.redisUrl);
  own(() => cache.close());
  const databaseUrl = settings.databaseUrl ?? (await startDatabase());
  await makeSchema(databaseUrl);
  const directoryUrl = settings.directoryUrl ?? (await startDirectory());

  const schemaUrl = inSchema(databaseUrl, settings.schema);
  const pool = createPool(schemaUrl);
  const reportPool = createReportPool(schemaUrl);
  const pools = [pool, reportPool];
  own(() => Promise.all(pools.map((each) => each.end())));
  const where = settings.databaseUrl
    ? `DATABASE_URL=${withoutPassword(settings.databaseUrl)}`
    : 'the embedded one';
  const report = watchDatabase(pools, where, (line) => console.error(`${name}: ${line}`));

  const directory = new DirectoryClient(directoryUrl);
  const app = createApp({ pool, reportPool, cache, directory, report });
  const server = await listen(app, settings.port, settings.host);
  own(server.close);
  return server.url;

  async function startDatabase(): Promise<string> {
    const { url } = await startCompanion<{ url: string }>(fileHere('database/main.ts'), {
      env: environment(),
      execArgv: [],
      own,
    });
    return url;
  }

  async function makeSchema(url: string): Promise<void> {
    await startCompanion(fileHere('database/schema-main.ts'), {
      env: { ...environment(), DATABASE_URL: url },
      execArgv: [],
      own,
    });
  }

  /** With the same preload as this process, if there is one, under a name of its own. */
  async function startDirectory(): Promise<string> {
    const { url } = await startCompanion<{ url: string }>(fileHere('directory-service.ts'), {
      env: { ...process.env, PORT: '0', OTEL_SERVICE_NAME: 'directory' },
      execArgv: process.execArgv,
      own,
    });
    return url;
  }
});

/** Companions that only look after data are not traced: no preload for them. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}

function fileHere(path: string): string {
  return join(import.meta.dirname, path);
}
