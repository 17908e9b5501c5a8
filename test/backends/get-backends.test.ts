import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { rootDir } from './guarded-process.ts';

/** Stands in for Go and for the Collector Builder that Go installs: notes its calls, leaves small files. */
const fakeGo = `#!/bin/sh
echo "$1 $2" >> "$FAKE_GO_CALLS"
slow() { if [ -n "$FAKE_GO_SLOW" ]; then echo $$ > "$FAKE_GO_SLOW"; exec sleep 60; fi; }
case "$1" in
  env) echo "\${FAKE_GO_VERSION:-go1.26.0}"; echo "\${FAKE_GO_TOOLCHAIN:-auto}" ;;
  install) mkdir -p "$GOBIN"; cp "$0" "$GOBIN/builder" ;;
  --config) mktemp -d > /dev/null; slow; mkdir -p build; cp "$0" build/otelcol-spandrel ;;
  build)
    if [ -n "$FAKE_GO_FAILS" ]; then echo "missing go.sum entry" >&2; exit 1; fi
    sleep 0.3; cp "$0" "$GOTMPDIR/jaeger" ;;
esac
`;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('get-backends', () => {
  let folder: string;
  let cache: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'get-backends-test-'));
    cache = join(folder, 'cache');
    await executable('bin/go', fakeGo);
    await mkdir(join(folder, 'no-go'));
    await mkdir(join(folder, 'temporary'));
    env = {
      HOME: folder,
      PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
      SPANDREL_CACHE_DIR: cache,
      TMPDIR: join(folder, 'temporary'),
      FAKE_GO_CALLS: join(folder, 'calls'),
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('builds both once and finds them in the cache afterwards', async () => {
    const first = await run('--json');
    expect(first.code).toBe(0);
    const calls = await goCalls();
    expect(calls.filter((call) => !call.startsWith('env'))).toEqual([
      'install go.opentelemetry.io/collector/cmd/builder@v0.158.0',
      expect.stringMatching(/^--config .*collector\/builder\.yaml$/),
      'build -mod=readonly',
    ]);

    const second = await run('--json');
    expect(second).toEqual({ code: 0, stdout: first.stdout, stderr: '' });
    expect(await goCalls()).toEqual(calls);
    const { collector, jaeger } = JSON.parse(first.stdout);
    expect(await readdir(join(folder, 'temporary'))).toEqual([]);
    expect((await readdir(cache)).map((name) => join(cache, name)).sort()).toEqual([
      jaeger,
      collector,
    ]);
  });

  test('prints assignments that a shell can read', async () => {
    expect((await run()).stdout).toMatch(/^OTELCOL_BIN=\/.+\nJAEGER_BIN=\/.+\n$/);
  });

  test('builds once when two runs start together', async () => {
    const [one, two] = await Promise.all([run('--json'), run('--json')]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.stdout).toBe(two.stdout);
    expect((await goCalls()).filter((call) => call.startsWith('build'))).toHaveLength(1);
  });

  test('takes over the lock of a run that was killed', async () => {
    await mkdir(cache);
    await writeFile(join(cache, 'lock'), '1');
    const aMinuteAgo = new Date(Date.now() - 60_000);
    await utimes(join(cache, 'lock'), aMinuteAgo, aMinuteAgo);
    expect((await run()).code).toBe(0);
    expect(await readdir(cache)).not.toContain('lock');
  });

  test('takes the programs that the variables name, without Go', async () => {
    const own = await executable('own', '');
    Object.assign(env, { OTELCOL_BIN: own, JAEGER_BIN: own, PATH: join(folder, 'no-go') });
    expect(await run('--json')).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ collector: own, jaeger: own })}\n`,
      stderr: '',
    });
  });

  test('says in one line what to install or to set when Go is missing', async () => {
    env.PATH = join(folder, 'no-go');
    const line =
      'get-backends: Go was not found on the PATH: install Go 1.25 or newer (https://go.dev/dl), ' +
      'or set OTELCOL_BIN (OpenTelemetry Collector 0.158.0) and JAEGER_BIN (Jaeger 2.13.0)\n';
    expect(await run('--check')).toEqual({ code: 2, stdout: '', stderr: line });
  });

  test('asks only for the program that is not there', async () => {
    Object.assign(env, { OTELCOL_BIN: await executable('own', ''), PATH: join(folder, 'no-go') });
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).not.toContain('OTELCOL_BIN');
    expect(stderr).toContain('JAEGER_BIN');
  });

  test('refuses a Go that is too old and cannot fetch a newer one', async () => {
    env.FAKE_GO_VERSION = 'go1.19.8';
    expect((await run()).stderr).toMatch(/^get-backends: go1\.19\.8 is too old: install Go 1\.25/);
    Object.assign(env, { FAKE_GO_VERSION: 'go1.24.1', FAKE_GO_TOOLCHAIN: 'local' });
    expect((await run()).code).toBe(2);
    env.FAKE_GO_TOOLCHAIN = 'auto';
    expect((await run()).code).toBe(0);
  });

  test('names the variable and the value that name no program', async () => {
    env.JAEGER_BIN = '/nowhere/jaeger';
    expect(await run('--check')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'get-backends: JAEGER_BIN must name an executable file, got "/nowhere/jaeger"\n',
    });
  });

  test('names a cache folder that cannot be made', async () => {
    env.SPANDREL_CACHE_DIR = join(await executable('a-file', ''), 'cache');
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^get-backends: cannot write the cache folder .*: set SPANDREL_CACHE_DIR\n$/,
    );
  });

  test("shows Go's last lines when a build fails and keeps nothing of it", async () => {
    env.FAKE_GO_FAILS = 'yes';
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain('Jaeger 2.13.0 failed (exit code 1):\nmissing go.sum entry');
    expect(await readdir(cache)).toEqual([expect.stringMatching(/^otelcol-0\.158\.0-/)]);
  });

  test('ends Go on Ctrl-C and leaves nothing half done', async () => {
    const pidFile = join(folder, 'slow-pid');
    env.FAKE_GO_SLOW = pidFile;
    const { child, outcome } = start();
    const goPid = await untilRead(pidFile);
    child.kill('SIGINT');
    const { code, stderr } = await outcome;
    expect(code).toBe(130);
    expect(stderr).toContain('stopped; nothing was kept of the build');
    expect(() => process.kill(goPid, 0)).toThrow(/ESRCH/);
    expect(await readdir(cache)).toEqual([]);
  });

  function run(...args: string[]): Promise<Outcome> {
    return start(...args).outcome;
  }

  function start(...args: string[]): { child: ChildProcess; outcome: Promise<Outcome> } {
    const script = join(rootDir, 'collector/get-backends.mjs');
    const child = spawn(process.execPath, [script, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const outcome = new Promise<Outcome>((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr })),
    );
    return { child, outcome };
  }

  async function executable(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0o755);
    return path;
  }

  async function goCalls(): Promise<string[]> {
    return (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
  }
});

async function untilRead(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await delay(20);
  }
}
