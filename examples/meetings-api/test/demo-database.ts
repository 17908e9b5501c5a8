import { join } from 'node:path';
import { startCompanion } from '../src/companion.ts';

export const source = join(__dirname, '../src');

export interface DemoDatabase {
  readonly url: string;
  readonly schema: string;
  /** Drops the schema; ends the server when it is the embedded one. */
  close(): Promise<void>;
}

/** The server of DATABASE_URL, otherwise the embedded one, with the example's rows in a schema of its own. */
export async function openDemoDatabase(name: string): Promise<DemoDatabase> {
  const stops: (() => Promise<void>)[] = [];
  const own = (stop: () => Promise<void>) => void stops.push(stop);
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  const schema = `spandrel_test_${name}_${process.pid}`;
  try {
    const url = process.env.DATABASE_URL || (await startEmbedded());
    const env = { ...process.env, DATABASE_URL: url, MEETINGS_SCHEMA: schema };
    await startCompanion(join(source, 'database/schema-main.ts'), { env, execArgv: [], own });
    return { url, schema, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function startEmbedded(): Promise<string> {
    const file = join(source, 'database/main.ts');
    const options = { env: process.env, execArgv: [], own };
    return (await startCompanion<{ url: string }>(file, options)).url;
  }
}
