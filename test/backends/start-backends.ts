import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type GuardedProcess, rootDir, startGuarded } from './guarded-process.ts';

export const collectorConfig = join(rootDir, 'collector/collector.yaml');
export const jaegerConfig = join(rootDir, 'collector/jaeger.yaml');

/** Long enough for building both programs from nothing on a slow machine. */
export const startTimeoutMs = 40 * 60_000;
export const stopTimeoutMs = 30_000;
const healthTimeoutMs = 60_000;
const startAttempts = 3;

export interface Programs {
  readonly collector: string;
  readonly jaeger: string;
}

export interface Backends {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly otlpHttpUrl: string;
  readonly jaegerQueryUrl: string;
  /** Where Prometheus would scrape. */
  readonly metricsUrl: string;
  /** Ends Jaeger, which forgets all it had, and starts it again at the same addresses. */
  stopJaeger(): Promise<void>;
  startJaeger(): Promise<void>;
  /** What both programs have written so far. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

/** Paths of the real programs, built first when they are not there yet; progress goes to stderr. */
export async function getPrograms(): Promise<Programs> {
  const script = join(rootDir, 'collector/get-backends.mjs');
  const getting = startGuarded([process.execPath, script, '--json'], {
    output: ['pipe', 'inherit'],
  });
  let stdout = '';
  getting.child.stdout?.on('data', (chunk) => (stdout += chunk));
  if ((await getting.ended) !== 0) throw new Error('no Collector or Jaeger: see the line above');
  return JSON.parse(stdout) as Programs;
}

/**
 * Starts the Collector and Jaeger with the files people use, on free ports of 127.0.0.1, and
 * resolves when both are healthy. They end with `stop()`, or with this process.
 */
export async function startBackends(): Promise<Backends> {
  const programs = await getPrograms();
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(programs);
    } catch (error) {
      // Someone took a free port between our look and the start.
      const portTaken = String(error).includes('address already in use');
      if (!portTaken || attempt === startAttempts) throw error;
    }
  }
}

async function startOnce(programs: Programs): Promise<Backends> {
  const addresses = await freeAddresses();
  const env = { ...process.env, ...addresses, JAEGER_UI_CONFIG: 'collector/jaeger-ui.json' };
  const logDir = await mkdtemp(join(tmpdir(), 'spandrel-backends-'));
  const otlpHttpUrl = `http://${addresses.COLLECTOR_OTLP_HTTP}`;
  const jaegerQueryUrl = `http://${addresses.JAEGER_QUERY_HTTP}`;
  const metricsUrl = `http://${addresses.COLLECTOR_METRICS}/metrics`;
  let jaeger: GuardedProcess | undefined;
  let collector: GuardedProcess | undefined;

  const start = (program: string, config: string, logFile: string) => {
    const log = openSync(join(logDir, logFile), 'a');
    const running = startGuarded([program, '--config', config], { env, output: [log, log] });
    closeSync(log); // the program has its own
    return running;
  };
  const startJaeger = async () => {
    jaeger = start(programs.jaeger, jaegerConfig, 'jaeger.log');
    await untilHealthy(`${jaegerQueryUrl}/api/services`, jaeger);
  };
  const stopJaeger = async () => jaeger?.stop();
  const logs = async () => {
    const texts = (await readdir(logDir)).map(async (file) => {
      return `--- ${file}\n${await readFile(join(logDir, file), 'utf8')}`;
    });
    return (await Promise.all(texts)).join('\n');
  };
  const stop = async () => {
    await Promise.all([jaeger?.stop(), collector?.stop()]);
    await rm(logDir, { recursive: true, force: true });
  };
  try {
    await startJaeger();
    collector = start(programs.collector, collectorConfig, 'collector.log');
    await untilHealthy(`http://${addresses.COLLECTOR_HEALTH}`, collector);
  } catch (error) {
    const written = await logs();
    await stop();
    throw new Error(`${(error as Error).message}\n${written}`, { cause: error });
  }
  return { otlpHttpUrl, jaegerQueryUrl, metricsUrl, startJaeger, stopJaeger, logs, stop };
}

/** One address for each variable that the two files read. All are held at once, so that they differ. */
async function freeAddresses() {
  const variables = [
    'COLLECTOR_OTLP_GRPC',
    'COLLECTOR_OTLP_HTTP',
    'COLLECTOR_METRICS',
    'COLLECTOR_HEALTH',
    'JAEGER_OTLP_GRPC',
    'JAEGER_QUERY_HTTP',
    'JAEGER_QUERY_GRPC',
  ] as const;
  const servers = variables.map(() => createServer());
  const listening = servers.map(
    (server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)),
  );
  await Promise.all(listening);
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const entries = variables.map((variable, i) => [variable, `127.0.0.1:${ports[i]}`]);
  return Object.fromEntries(entries) as Record<(typeof variables)[number], string>;
}

async function untilHealthy(url: string, program: GuardedProcess): Promise<void> {
  let hasEnded = false;
  void program.ended.then(() => (hasEnded = true));
  const deadline = Date.now() + healthTimeoutMs;
  while (Date.now() < deadline) {
    if (hasEnded) throw new Error(`ended before it answered at ${url}`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await delay(100);
  }
  throw new Error(`no healthy answer at ${url} within ${healthTimeoutMs} ms`);
}
