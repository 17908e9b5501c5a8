import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  nobodysAddress,
  runEnding,
  startEnding,
  startFrozenCollector,
} from '../../../../test/endings/run-ending.ts';
import { runApp } from '../../../../test/processes/run-app.ts';
import { startReceiver } from '../../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../../test/receiver/receiver.ts';

let receiver: Receiver;
let folder: string;

beforeEach(async () => {
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), 'spandrel-endings-'));
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true });
});

/** Long enough for a busy machine: with the collector up nobody waits for it. */
const patient = { SPANDREL_FLUSH_TIMEOUT_MS: '60000' };
const spans = 2001;

function whatArrived(from = receiver) {
  const ids = from.spans.map(({ spanId }) => spanId);
  return { spans: ids.length, twice: ids.length - new Set(ids).size };
}

describe('with the collector up every span arrives once, and the process ends as it would have', () => {
  test.each([
    ['natural end', 'cjs', 0],
    ['natural end, listener', 'mjs', 0],
    ['exit code', 'mjs', 5],
    ['process.exit', 'cjs', 3],
    ['process.exit, export under way', 'mjs', 3],
    ['process.exit in exit', 'cjs', 4],
    ['uncaught exception', 'mjs', 1],
    ['unhandled rejection', 'cjs', 1],
    ['exception that is handled', 'cjs', 6],
  ] as const)('%s (%s)', async (ending, format, code) => {
    const run = { ending, format, spans, collector: receiver.url, env: patient };
    const ended = await runEnding(run);
    expect(ended).toMatchObject({ code, signal: null, said: [] });
    expect(whatArrived()).toEqual({ spans, twice: 0 });
  });

  test.each([
    ['wait', 'SIGTERM', null, 'SIGTERM', ''],
    ['wait', 'SIGINT', null, 'SIGINT', ''],
    ['wait', 'SIGHUP', null, 'SIGHUP', ''],
    ['own handler, exit', 'SIGTERM', 0, null, ''],
    ['own handler, once', 'SIGTERM', 0, null, ''],
    ['own handler, sole', 'SIGTERM', null, 'SIGTERM', 'cleaned up\n'],
  ] as const)('%s, %s', async (ending, sent, code, signal, stdout) => {
    const ended = await runEnding({
      ending,
      signal: sent,
      spans,
      collector: receiver.url,
      env: patient,
    });
    expect(ended).toMatchObject({ code, signal, stdout, said: [] });
    expect(whatArrived()).toEqual({ spans, twice: 0 });
  });

  test('an application that outlives the signal is left alone, and ends when it likes', async () => {
    const app = startEnding({ ending: 'own handler, stays', spans, collector: receiver.url });
    await app.message();
    app.child.send('end');
    await app.message();
    app.child.kill('SIGTERM');
    await app.message();
    app.child.send('leave');
    expect(await app.ended).toMatchObject({ code: 0, signal: null });
    expect(whatArrived()).toEqual({ spans, twice: 0 });
  });
});

test('Node.js prints the error once, as it does without us', async () => {
  const run = { ending: 'uncaught exception', spans: 3, collector: receiver.url, env: patient };
  const [watched, alone] = await Promise.all([
    runEnding(run),
    runEnding({ ...run, isWatched: false }),
  ]);
  const withoutOurs = watched.stderr.replace(/^spandrel: .*\n/gm, '');
  expect(withoutOurs).toBe(alone.stderr);
  expect(alone.stderr.match(/Error: nobody catches this/g)).toHaveLength(1);
});

test.each([
  ['warn', 0],
  ['none', 0],
  ['strict', 1],
  ['throw', 1],
  ['warn-with-error-code', 1],
])('--unhandled-rejections=%s ends with the code %i', async (mode, code) => {
  const flags = [`--unhandled-rejections=${mode}`];
  const run = { ending: 'unhandled rejection', spans: 3, collector: receiver.url, env: patient };
  expect(await runEnding({ ...run, flags })).toMatchObject({ code, signal: null });
  expect(whatArrived()).toEqual({ spans: 3, twice: 0 });
});

test('an export that is under way is not sent again when its answer comes yet', async () => {
  const slow = await startReceiver({ answerAfterMs: 300 });
  const run = { ending: 'process.exit, export under way', spans: 601, env: patient };
  expect(await runEnding({ ...run, collector: slow.url })).toMatchObject({ code: 3, said: [] });
  expect(whatArrived(slow)).toEqual({ spans: 601, twice: 0 });
  await slow.close();
});

describe('what cannot be sent', () => {
  const hurried = { SPANDREL_FLUSH_TIMEOUT_MS: '400' };

  test.each([
    ['natural end', undefined],
    ['process.exit', undefined],
    ['wait', 'SIGTERM'],
  ] as const)('is counted in one line: %s %s', async (ending, signal) => {
    const run = { ending, signal, spans: 7, collector: await nobodysAddress(), env: hurried };
    const { said } = await runEnding(run);
    expect(said.at(-1)).toBe(
      'spandrel: the process ended: 0 spans sent, 0 kept for the next start, 7 lost',
    );
  });

  test.each([
    ['natural end', 0, undefined],
    ['natural end, listener', 0, undefined],
    ['uncaught exception', 1, undefined],
    ['wait', null, 'SIGTERM'],
  ] as const)('is kept for the next start: %s', async (ending, code, signal) => {
    const frozen = await startFrozenCollector();
    // The owner of a file is its destination, so the two starts have to share an address.
    const env = { ...hurried, SPANDREL_SPOOL_DIR: join(folder, 'spool') };
    const ended = await runEnding({ ending, signal, spans: 601, collector: frozen.url, env });
    expect(ended).toMatchObject({ code, signal: signal ?? null });
    expect(ended.said.at(-1)).toBe(
      'spandrel: the process ended: 0 spans sent, 601 kept for the next start, 0 lost',
    );
    await frozen.close();
    const files = readdirSync(join(folder, 'spool'));
    expect(files).toHaveLength(1);
    expect(statSync(join(folder, 'spool')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'spool', files[0]!)).mode & 0o777).toBe(0o600);
    await sendsWhatWasKept(frozen.url, env, 601);
  });

  /** Starts applications, two at once, where the collector now is. */
  async function sendsWhatWasKept(url: string, env: NodeJS.ProcessEnv, count: number) {
    const up = await startReceiver({ port: Number(new URL(url).port) });
    const starts = [0, 1].map(() =>
      startEnding({ ending: 'natural end', spans: 0, collector: url, env }),
    );
    await Promise.all(starts.map((start) => start.message()));
    while (readdirSync(env['SPANDREL_SPOOL_DIR']!).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(whatArrived(up)).toEqual({ spans: count, twice: 0 });
    for (const { child } of starts) child.send('end');
    for (const start of starts) expect(await start.ended).toMatchObject({ code: 0 });
    await up.close();
  }
});

describe('a process that ends by itself', () => {
  const apps = join(__dirname, '../apps');

  test('has its own last words also where nothing is to be sent', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, NODE_ENV: 'production' };
    const { code, stdout } = await runApp(join(apps, 'before-exit.cjs'), env).ended;
    expect({ code, stdout }).toEqual({ code: 9, stdout: 'beforeExit\nworked\n' });
  });

  test('keeps its exit code also where the collector never answers', async () => {
    const frozen = await startFrozenCollector();
    try {
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: frozen.url,
        SPANDREL_FLUSH_TIMEOUT_MS: '300',
        NODE_ENV: 'production',
      };
      const { code, stderr } = await runApp(join(apps, 'unsettled.mjs'), env).ended;
      expect(code).toBe(13);
      expect(stderr).toContain('unsettled top-level await');
    } finally {
      await frozen.close();
    }
  });
});
