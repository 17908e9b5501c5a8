import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { BackendsError } from './backends-error.mjs';

const manifestFile = fileURLToPath(new URL('../builder.yaml', import.meta.url));
const jaegerModule = fileURLToPath(new URL('../jaeger', import.meta.url));
const jaegerMain = 'github.com/jaegertracing/jaeger/cmd/jaeger';
const exe = process.platform === 'win32' ? '.exe' : '';

/**
 * The two programs: the variable that may name one, where the cache keeps it, and how it is built.
 *
 * `steps(dir)` are commands to run in order in the empty folder `dir`; the last one leaves the
 * program at `output(dir)`. The path in the cache changes with whatever decides what is built.
 */
export function programs(env) {
  const manifest = readFileSync(manifestFile, 'utf8');
  const goMod = readFileSync(join(jaegerModule, 'go.mod'), 'utf8');
  const goSum = readFileSync(join(jaegerModule, 'go.sum'), 'utf8');
  const collectorVersion = parse(manifest).dist.version;
  const jaegerVersion = /the same commit as v(\S+)/.exec(goMod)[1];
  return [
    {
      key: 'collector',
      title: `OpenTelemetry Collector ${collectorVersion}`,
      variable: 'OTELCOL_BIN',
      path: cachedPath(env, `otelcol-${collectorVersion}`, [manifest]),
      output: (dir) => join(dir, 'build', `otelcol-spandrel${exe}`),
      steps: (dir) => [
        {
          what: `compiling the Collector Builder ${collectorVersion}`,
          command: 'go',
          args: ['install', `go.opentelemetry.io/collector/cmd/builder@v${collectorVersion}`],
          cwd: dir,
        },
        {
          what: `compiling OpenTelemetry Collector ${collectorVersion}`,
          command: join(dir, 'bin', `builder${exe}`),
          args: ['--config', manifestFile],
          cwd: dir,
        },
      ],
    },
    {
      key: 'jaeger',
      title: `Jaeger ${jaegerVersion}`,
      variable: 'JAEGER_BIN',
      path: cachedPath(env, `jaeger-${jaegerVersion}`, [goMod, goSum]),
      output: (dir) => join(dir, `jaeger${exe}`),
      steps: (dir) => [
        {
          what: `compiling Jaeger ${jaegerVersion}`,
          command: 'go',
          args: ['build', '-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', dir, jaegerMain],
          cwd: jaegerModule,
        },
      ],
    },
  ];
}

/** The oldest Go that compiles both, as in jaeger/go.mod: `1.25`. */
export function neededGo() {
  const goMod = readFileSync(join(jaegerModule, 'go.mod'), 'utf8');
  return /^go (\d+\.\d+)/m.exec(goMod)[1];
}

/** Path of a program that is there; null when it has to be built. Throws when its variable names nothing that runs. */
export function findProgram(program, env) {
  const given = env[program.variable];
  if (!given) return isExecutable(program.path) ? program.path : null;
  if (isExecutable(given)) return resolve(given);
  throw new BackendsError(
    'BAD_SETTING',
    `${program.variable} must name an executable file, got "${given}"`,
  );
}

/** Outside the work tree, so that the next clone on this machine builds nothing. */
function cacheFolder(env) {
  if (env.SPANDREL_CACHE_DIR) return resolve(env.SPANDREL_CACHE_DIR);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spandrel');
}

function cachedPath(env, name, contents) {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\0');
  const key = hash.digest('hex').slice(0, 12);
  return join(cacheFolder(env), `${name}-${key}-${process.platform}-${process.arch}${exe}`);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
