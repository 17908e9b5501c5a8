// Finds the Collector and the Jaeger that the tests run, or builds them with Go, once:
//   node collector/get-backends.mjs [--json | --check]
// Prints OTELCOL_BIN=… and JAEGER_BIN=…, or one JSON document; progress goes to stderr.
// --check builds nothing: exit code 0 says that they are there or could be built.
// Exit codes: 2 when Go is missing or too old, 1 for other failures, 128 and more for signals.
import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackendsError } from './backends/backends-error.mjs';
import { findGo } from './backends/go.mjs';
import { withLock } from './backends/lock.mjs';
import { findProgram, programs } from './backends/programs.mjs';
import { runStep } from './backends/run-step.mjs';

const abandonedMs = 24 * 3_600_000;

/**
 * Paths of the two programs, `{ collector, jaeger }`.
 *
 * OTELCOL_BIN and JAEGER_BIN come first, then the cache folder, then a build with Go (about ten
 * minutes for both on two cores, the first time). Runs beside each other wait for one build.
 * Rejects with a BackendsError, or with the signal's reason once everything begun has been removed.
 */
export async function getBackends({ env = process.env, onProgress = () => {}, signal } = {}) {
  const go = await checkBackends(env);
  const found = {};
  for (const program of programs(env)) {
    found[program.key] =
      findProgram(program, env) ?? (await build(program, { go, env, onProgress, signal }));
  }
  return found;
}

/** The version of the Go that would build what is missing, null when nothing is; else rejects with the BackendsError. */
export async function checkBackends(env = process.env) {
  const missing = programs(env).filter((program) => findProgram(program, env) === null);
  return missing.length === 0 ? null : findGo(missing, env);
}

async function build(program, { go, env, onProgress, signal }) {
  const cacheDir = dirname(program.path);
  makeWritable(cacheDir);
  const compile = async () => {
    if (findProgram(program, env) !== null) return; // built while we waited
    await removeAbandoned(cacheDir);
    onProgress(`${program.title}: building with ${go}, once, into ${cacheDir}`);
    await compileInto(program, cacheDir, { env, onProgress, signal });
  };
  const onWait = (pid) => onProgress(`${program.title}: waiting for the build of process ${pid}`);
  await withLock(join(cacheDir, 'lock'), compile, { onWait, signal });
  return program.path;
}

/** Works in a folder of its own beside the target and renames at the end: no half file is ever seen. */
async function compileInto(program, cacheDir, { env, onProgress, signal }) {
  const dir = await mkdtemp(join(cacheDir, 'building-'));
  // The builder leaves a temporary folder behind even when all goes well: let it be in ours.
  const own = { TMPDIR: dir, TEMP: dir, TMP: dir, GOTMPDIR: dir, GOBIN: join(dir, 'bin') };
  const goEnv = { ...env, ...own, CGO_ENABLED: '0', GOWORK: 'off' };
  try {
    for (const step of program.steps(dir)) {
      await runStep({ ...step, env: goEnv, signal, onProgress });
    }
    await rename(program.output(dir), program.path);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new BackendsError('BUILD_FAILED', `${program.title}: ${cause.message}`, { cause });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function makeWritable(cacheDir) {
  try {
    mkdirSync(cacheDir, { recursive: true });
    accessSync(cacheDir, constants.W_OK);
  } catch (cause) {
    const line = `cannot write the cache folder ${cacheDir} (${cause.code}): set SPANDREL_CACHE_DIR`;
    throw new BackendsError('CACHE_UNWRITABLE', line, { cause });
  }
}

/** Folders of builds that were killed; a day old, so that no build still at work loses its own. */
async function removeAbandoned(cacheDir) {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith('building-')) continue;
    const path = join(cacheDir, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

async function main(args) {
  const unknown = args.find((arg) => arg !== '--json' && arg !== '--check');
  if (unknown !== undefined) {
    throw new BackendsError(
      'BAD_SETTING',
      `unknown argument "${unknown}"; there are --json and --check`,
    );
  }
  if (args.includes('--check')) return checkBackends();

  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort(name));
  const found = await getBackends({ onProgress: say, signal: stop.signal });
  if (args.includes('--json')) console.log(JSON.stringify(found));
  else console.log(`OTELCOL_BIN=${found.collector}\nJAEGER_BIN=${found.jaeger}`);
}

function say(line) {
  console.error(`get-backends: ${line}`);
}

const startedFile = process.argv[1];
if (startedFile && realpathSync(startedFile) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
    if (error in signals) {
      say('stopped; nothing was kept of the build');
      process.exitCode = signals[error];
    } else {
      say(error instanceof BackendsError ? error.message : error.stack);
      process.exitCode = error.code === 'GO_MISSING' || error.code === 'GO_TOO_OLD' ? 2 : 1;
    }
  });
}
