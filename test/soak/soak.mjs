// `npm run soak -- --minutes 20 [--json]`: a process with the preload under a load that fills every
// cap, beside the same load without the preload. Measures once a minute; exits 1 when the heap grows
// after every cap is full, or when spans do not add up.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startCollector } from './moody-collector.mjs';
import { areAllFull, fullCaps, judge, sums } from './verdict.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (!Number.isInteger(minutes) || minutes < 2) {
  throw new RangeError(`--minutes must be a whole number of at least 2, got ${values.minutes}`);
}
const distinctCount = minutes < 10 ? 60_000 : 1_000_000;
/**
 * With a third to spare: a busy machine makes fewer than it is asked for. If they are too few all the
 * same, or the last cap was filled late, the soak lasts longer, at most twice as long.
 */
const distinctPerSecond = distinctCount / (minutes * 45);

function startApp(isWatched, url) {
  const register = join(here, '../../packages/bootstrap/dist/cjs/register.js');
  const child = fork(join(here, 'app.mjs'), [], {
    execArgv: ['--expose-gc', ...(isWatched ? ['--require', register] : [])],
    env: {
      PATH: process.env.PATH,
      SOAK_WATCHED: isWatched ? '1' : '0',
      SOAK_DISTINCT_PER_SECOND: String(distinctPerSecond),
      OTEL_SERVICE_NAME: 'soak',
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BSP_EXPORT_TIMEOUT: '4000',
      OTEL_METRIC_EXPORT_INTERVAL: '5000',
      // Lower than by default, so that these caps too are full in the first minutes.
      OTEL_BSP_MAX_QUEUE_SIZE: '10000',
      SPANDREL_MAX_STATISTICS_BYTES: String(32 * 1024),
      SPANDREL_MAX_QUIET_MS: '15000',
      // This load is nothing but spans; an application would do something else as well.
      SPANDREL_MAX_OVERHEAD_PERCENT: '100',
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-20_000)));
  /** Never settles while it runs. */
  const dead = new Promise((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`the process ended (${signal ?? code}):\n${stderr}`));
    });
  });
  dead.catch(() => undefined);
  const next = () => Promise.race([dead, new Promise((resolve) => child.once('message', resolve))]);
  return {
    dead,
    next,
    ask: (what) => {
      const answer = next();
      if (child.connected) child.send(what);
      return answer;
    },
    stderr: () => stderr,
    end: () => child.kill('SIGKILL'),
  };
}

function print(line) {
  if (!values.json) console.log(line);
}

const collector = await startCollector();
const apps = [startApp(true, collector.url), startApp(false, collector.url)];
const [watched] = apps;
process.once('SIGINT', () => {
  for (const app of apps) app.end();
  process.exit(130);
});
try {
  const [started] = await Promise.all(apps.map((app) => app.next()));
  if (!started.isRunning) throw new Error(`the preload did not start:\n${watched.stderr()}`);
  const startMs = performance.now();
  const measured = [];
  print(
    'minute  heap MB  spans ended  exported   dropped  waiting  traces  shed  full  pause: ours / loop p99, max / without us p99, max',
  );
  const hasSeenEnough = () =>
    measured.at(-1).made.distinct >= distinctCount && areAllFull(measured.at(-2).health);
  const isDone = (minute) => minute > 2 * minutes || (minute > minutes && hasSeenEnough());
  for (let minute = 1; !isDone(minute); minute++) {
    const leftMs = Math.max(0, minute * 60_000 - (performance.now() - startMs));
    await Promise.race([wait(leftMs, undefined, { ref: false }), ...apps.map(({ dead }) => dead)]);
    const [one, other] = await Promise.all(apps.map((app) => app.ask('measure')));
    const row = { minute, ...one, without: other.pauses, withoutCpuMs: other.cpuMs };
    measured.push(row);
    print(line(row));
  }
  const [stopped] = await Promise.all(apps.map((app) => app.ask('stop')));
  const result = judge(measured, stopped, distinctCount);
  if (values.json) console.log(JSON.stringify({ minutes, measured, stopped, result }));
  else for (const words of result.words) console.log(words);
  print(`stderr of the process, its end:\n${watched.stderr().split('\n').slice(-15).join('\n')}`);
  process.exitCode = result.failures.length === 0 ? 0 : 1;
} finally {
  for (const app of apps) app.end();
  collector.close();
}

function line({ minute, heapBytes, spans, health, pauses, without }) {
  const { exported, dropped, waiting } = sums(health);
  const cells = [
    [minute, 6],
    [(heapBytes / 1e6).toFixed(1), 9],
    [spans.ended, 13],
    [exported, 10],
    [dropped, 10],
    [waiting, 9],
    [health['spandrel.self.traces.open'], 8],
    [health['spandrel.self.shed.level'], 6],
    [fullCaps(health).length, 6],
  ];
  const ms = (value) => `${value.toFixed(0)}`;
  const ours = Math.max(...Object.values(health['spandrel.self.time.longest'])) * 1000;
  const pause = `  ${ms(ours)} / ${ms(pauses.p99Ms)}, ${ms(pauses.maxMs)} / ${ms(without.p99Ms)}, ${ms(without.maxMs)} ms`;
  return cells.map(([text, width]) => String(text).padStart(width)).join('') + pause;
}
