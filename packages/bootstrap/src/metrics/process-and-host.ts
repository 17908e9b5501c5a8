import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { BatchObservableResult, Meter } from '@opentelemetry/api';

/**
 * Metrics of the process and its machine, under the names of OpenTelemetry's conventions: CPU and
 * memory of both, and the file system of the working directory. Read when metrics are collected.
 */
export function observeProcessAndHost(meter: Meter, folder = process.cwd()): void {
  const instruments = instrumentsOf(meter);
  const disk = new Disk(folder);
  const cpu = new CpuShare();
  meter.addBatchObservableCallback((result) => {
    observeCpu(result, instruments, cpu);
    observeMemory(result, instruments);
    observeDisk(result, instruments, disk);
  }, Object.values(instruments));
}

type Instruments = ReturnType<typeof instrumentsOf>;

function instrumentsOf(meter: Meter) {
  const seconds = { unit: 's' };
  const bytes = { unit: 'By' };
  const share = { unit: '1' };
  return {
    processCpuTime: meter.createObservableCounter('process.cpu.time', seconds),
    processCpuShare: meter.createObservableGauge('process.cpu.utilization', share),
    processMemory: meter.createObservableUpDownCounter('process.memory.usage', bytes),
    systemCpuShare: meter.createObservableGauge('system.cpu.utilization', share),
    systemMemory: meter.createObservableUpDownCounter('system.memory.usage', bytes),
    systemMemoryShare: meter.createObservableGauge('system.memory.utilization', share),
    disk: meter.createObservableUpDownCounter('system.filesystem.usage', bytes),
    diskShare: meter.createObservableGauge('system.filesystem.utilization', share),
  };
}

function observeCpu(result: BatchObservableResult, to: Instruments, cpu: CpuShare): void {
  const usage = process.cpuUsage();
  for (const mode of ['user', 'system'] as const) {
    result.observe(to.processCpuTime, usage[mode] / 1e6, { 'cpu.mode': mode });
  }
  const { process: own, system } = cpu.sinceLast(usage);
  for (const [mode, share] of Object.entries(own)) {
    result.observe(to.processCpuShare, share, { 'cpu.mode': mode });
  }
  for (const [mode, share] of Object.entries(system)) {
    result.observe(to.systemCpuShare, share, { 'cpu.mode': mode });
  }
}

function observeMemory(result: BatchObservableResult, to: Instruments): void {
  result.observe(to.processMemory, process.memoryUsage.rss());
  const total = totalmem();
  const free = freemem();
  for (const [state, used] of Object.entries({ used: total - free, free })) {
    result.observe(to.systemMemory, used, { 'system.memory.state': state });
    result.observe(to.systemMemoryShare, used / total, { 'system.memory.state': state });
  }
}

function observeDisk(result: BatchObservableResult, to: Instruments, disk: Disk): void {
  const { last } = disk;
  if (last === null) return;
  for (const [state, used] of Object.entries(last)) {
    result.observe(to.disk, used, { 'system.filesystem.state': state });
    const total = last.used + last.free + last.reserved;
    if (total > 0) result.observe(to.diskShare, used / total, { 'system.filesystem.state': state });
  }
}

interface DiskUsage {
  readonly used: number;
  readonly free: number;
  /** Free, for the system only. */
  readonly reserved: number;
}

/** Asked beside the collection, which a file system that hangs must not hold up. */
class Disk {
  readonly #folder: string;
  #last: DiskUsage | null = null;
  #isAsking = false;

  constructor(folder: string) {
    this.#folder = folder;
    void this.#ask();
  }

  /** As it was when it was last asked for, or at the start; null until there is an answer. */
  get last(): DiskUsage | null {
    void this.#ask();
    return this.#last;
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { blocks, bfree, bavail, bsize } = await statfs(this.#folder);
      const used = (blocks - bfree) * bsize;
      this.#last = { used, free: bavail * bsize, reserved: (bfree - bavail) * bsize };
    } catch {
      this.#last = null;
    }
    this.#isAsking = false;
  }
}

type Times = Readonly<Record<'user' | 'nice' | 'system' | 'idle' | 'interrupt', number>>;
const noTimes: Times = { user: 0, nice: 0, system: 0, idle: 0, interrupt: 0 };

/** Shares of all CPUs' time between two collections, 0 to 1; the first is since the start. */
class CpuShare {
  #atMs = performance.now();
  #usage = process.cpuUsage();
  #system = systemTimes();

  sinceLast(usage: NodeJS.CpuUsage): {
    readonly process: Readonly<Record<'user' | 'system', number>>;
    readonly system: Readonly<Record<string, number>>;
  } {
    const atMs = performance.now();
    const wholeUs = Math.max(1, (atMs - this.#atMs) * 1000 * availableParallelism());
    const own = {
      user: (usage.user - this.#usage.user) / wholeUs,
      system: (usage.system - this.#usage.system) / wholeUs,
    };
    const now = systemTimes();
    const system = sharesOf(this.#system, now);
    this.#atMs = atMs;
    this.#usage = usage;
    this.#system = now;
    return { process: own, system };
  }
}

/** Of all CPUs together, in milliseconds since the machine started. */
function systemTimes(): Times {
  return cpus().reduce(
    (sum, { times }) => ({
      user: sum.user + times.user,
      nice: sum.nice + times.nice,
      system: sum.system + times.sys,
      idle: sum.idle + times.idle,
      interrupt: sum.interrupt + times.irq,
    }),
    noTimes,
  );
}

function sharesOf(before: Times, now: Times): Readonly<Record<string, number>> {
  const modes = Object.keys(now) as (keyof Times)[];
  const wholeMs = modes.reduce((sum, mode) => sum + now[mode] - before[mode], 0);
  if (wholeMs <= 0) return {};
  return Object.fromEntries(modes.map((mode) => [mode, (now[mode] - before[mode]) / wholeMs]));
}
