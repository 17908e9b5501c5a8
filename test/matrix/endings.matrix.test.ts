import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  nobodysAddress,
  runEnding,
  startEnding,
  startFrozenCollector,
} from '../endings/run-ending.ts';
import type { EndingResult } from '../endings/run-ending.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Receiver } from '../receiver/receiver.ts';

/** Every ending × collector up, down, frozen × CommonJS, ES modules, beside the same without us. */
const endings = [
  { name: 'natural end', code: 0 },
  { name: 'natural end, listener', code: 0 },
  { name: 'exit code', code: 5 },
  { name: 'process.exit', code: 3 },
  { name: 'process.exit, export under way', code: 3 },
  { name: 'uncaught exception', code: 1 },
  { name: 'unhandled rejection', code: 1 },
  { name: 'SIGTERM', way: 'wait', signal: 'SIGTERM' },
  { name: 'SIGINT', way: 'wait', signal: 'SIGINT' },
  { name: 'SIGHUP', way: 'wait', signal: 'SIGHUP' },
  { name: 'SIGTERM, own handler', way: 'own handler, exit', signal: 'SIGTERM', code: 0 },
  { name: 'SIGTERM, sole listener', way: 'own handler, sole', signal: 'SIGTERM' },
] as const;
const collectors = ['up', 'down', 'frozen'] as const;
const formats = ['cjs', 'mjs'] as const;
const spans = 5001;
const exporterGivesUpMs = 10_000;

let folder: string;
const table: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spandrel-endings-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  const head = ['ending', '', 'collector', 'spans', 're-sent', 'twice', 'ends by', 'time', 'alone'];
  process.stdout.write(`\n${row(head)}\n${table.sort().join('\n')}\n`);
});

const cases = endings.flatMap((ending) =>
  formats.flatMap((format) => collectors.map((collector) => ({ ending, format, collector }))),
);

test.concurrent.each(cases)(
  '$ending.name, $format, collector $collector',
  async ({ ending, format, collector }) => {
    const { name, way, signal, code } = {
      way: undefined,
      signal: undefined,
      code: null,
      ...ending,
    };
    const spoolDir = join(folder, `${name} ${format} ${collector}`.replaceAll(/\W/g, '-'));
    const run = { ending: way ?? name, signal, format, spans };
    const alone = await runEnding({ ...run, isWatched: false, collector: 'http://127.0.0.1:9' });

    const place = await placeOf(collector);
    const env = {
      SPANDREL_SPOOL_DIR: spoolDir,
      // Nobody waits for it where the collector is up; a busy machine is no reason to lose spans.
      ...(collector === 'up' ? { SPANDREL_FLUSH_TIMEOUT_MS: '60000' } : {}),
    };
    const watched = await runEnding({ ...run, collector: place.url, env });
    await place.close();
    const atOnce = place.receiver?.spans.length ?? 0;
    const resent = await resentFrom(spoolDir, place, env);
    const ids = [...(place.receiver?.spans ?? []), ...resent].map(({ spanId }) => spanId);
    const twice = ids.length - new Set(ids).size;

    table.push(
      row([
        name,
        format,
        collector,
        `${atOnce}`,
        `${resent.length}`,
        `${twice}`,
        `${watched.signal ?? watched.code}`,
        ms(watched),
        ms(alone),
      ]),
    );
    const asItWouldHave = { code: alone.code, signal: alone.signal, stdout: alone.stdout };
    expect(watched).toMatchObject(asItWouldHave);
    expect(alone.code).toBe(code);
    expect(withoutOurs(watched)).toBe(withoutOurs(alone));
    expect(new Set(ids).size).toBe(spans);
    // Without an answer nobody knows whether a frozen collector has what was written to it.
    if (collector !== 'frozen') expect(twice).toBe(0);
    if (collector === 'up') expect([atOnce, watched.said]).toEqual([spans, []]);
    else expect(watched.said.at(-1)).toContain(`${spans} kept for the next start, 0 lost`);
    if (collector === 'frozen') expect(watched.tookMs).toBeLessThan(exporterGivesUpMs);
  },
);

interface Place {
  readonly url: string;
  readonly receiver?: Receiver;
  close(): Promise<void>;
}

async function placeOf(collector: (typeof collectors)[number]): Promise<Place> {
  if (collector === 'frozen') return startFrozenCollector();
  if (collector === 'down') return { url: await nobodysAddress(), close: () => Promise.resolve() };
  const receiver = await startReceiver();
  return { url: receiver.url, receiver, close: () => receiver.close() };
}

/** What the next start sends, with the collector up again at the same address. */
async function resentFrom(spoolDir: string, { url }: Place, env: NodeJS.ProcessEnv) {
  if (!existsSync(spoolDir) || readdirSync(spoolDir).length === 0) return [];
  const receiver = await startReceiver({ port: Number(new URL(url).port) });
  const next = startEnding({ ending: 'natural end', spans: 0, collector: url, env });
  await next.message();
  while (readdirSync(spoolDir).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  next.child.send('end');
  await next.ended;
  await receiver.close();
  return receiver.spans;
}

/** Stderr without our lines, and without our one frame below listeners of the process. */
function withoutOurs({ stderr }: EndingResult): string {
  const withoutLines = stderr.replaceAll(/^spandrel: .*\n/gm, '');
  return withoutLines.replace(/ +at process\.watchedEmit \[as emit\] .*\n/, '');
}

function ms({ tookMs }: EndingResult): string {
  return `${Math.round(tookMs)} ms`;
}

const widths = [31, 4, 10, 6, 8, 6, 8, 9, 9];

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(widths[index]!)).join(' ');
}
