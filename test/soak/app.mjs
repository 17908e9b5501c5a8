// The soaked process, started by soak.mjs with the preload, and once more without it to compare.
// Talks over IPC: told 'measure' and 'stop'; tells what it measured.
import { start } from '@spandrel/bootstrap';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { countSpans } from './counted-spans.mjs';
import { longestStragglerMs, startTraffic } from './traffic.mjs';

const isWatched = process.env.SOAK_WATCHED === '1';
const spandrel = isWatched ? start() : undefined;
const spans = countSpans();
const findings = {};
spandrel?.on('finding', ({ finding: { rule } }) => (findings[rule] = (findings[rule] ?? 0) + 1));
const traffic = await startTraffic(Number(process.env.SOAK_DISTINCT_PER_SECOND));
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

/** The least of five forced collections, with nothing on its way. */
async function heapBytes() {
  await traffic.pause();
  for (let waitedMs = 0; waiting() > 0 && waitedMs < 60_000; waitedMs += 100) await wait(100);
  const pauses = { p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 };
  let least = Infinity;
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc();
    await nextTurn();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return { heapBytes: least, pauses };
}

function waiting() {
  return spandrel?.health()['spandrel.self.spans.queued'] ?? 0;
}

async function measure() {
  const measured = await heapBytes();
  process.send({
    kind: 'measured',
    ...measured,
    spans: { ...spans },
    made: { ...traffic.made },
    health: spandrel?.health() ?? {},
    cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
  });
  delay.reset();
  traffic.resume();
}

async function stop() {
  await traffic.stop();
  // Children that end long after their root; what ends after the processor is nobody's.
  await wait(longestStragglerMs + 1000);
  await spandrel?.shutdown();
  const health = spandrel?.health() ?? {};
  const { neverEnded } = traffic;
  process.send({ kind: 'stopped', spans: { ...spans }, neverEnded, findings, health });
  process.disconnect();
}

process.on('message', (what) => void (what === 'stop' ? stop() : measure()));
process.on('disconnect', () => process.exit());
process.send({ kind: 'started', isRunning: spandrel?.isRunning ?? false });
