import { join } from 'node:path';
import { runApp } from '../../../../test/processes/run-app.ts';
import { openDoor } from './door.ts';
import type { DoorKind, Visit } from './door.ts';

const dist = join(__dirname, '../../dist/cjs');
const app = join(__dirname, '../apps/every-signal.cjs');

/** The ways to a running SDK: the preload's own, and `start()` over the whole Node SDK. */
export const roads = {
  short: join(dist, 'register.js'),
  long: join(__dirname, '../apps/start-first.cjs'),
};

export interface Row {
  readonly env: NodeJS.ProcessEnv;
  readonly door?: DoorKind;
}

/** What one process saw of its SDK, and what the collector saw of it. */
export interface Seen {
  readonly inside: unknown;
  readonly visits: readonly Visit[];
}

/** Starts the application on a road, with a collector of its own. `$DOOR` in a value is its port. */
export async function travel(road: keyof typeof roads, { env, door: kind }: Row): Promise<Seen> {
  const door = await openDoor(kind ?? 'http');
  const filled = Object.entries({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:$DOOR', ...env });
  const variables = Object.fromEntries(
    filled.map(([name, value]) => [name, value?.replaceAll('$DOOR', String(door.port))]),
  );
  const quiet = { NODE_ENV: 'production', SPANDREL_QUIET: 'true' };
  const flags = ['--require', roads[road]];
  const running = runApp(app, { ...quiet, ...variables }, flags);
  const told = running.message();
  const { code, stdout, stderr } = await running.ended;
  await door.close();
  if (code !== 0) throw new Error(`${road}: exit code ${code}\n${stdout}\n${stderr}`);
  return { inside: await told, visits: door.visits.toSorted(byText) };
}

function byText(a: Visit, b: Visit): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
