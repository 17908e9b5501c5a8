import { getHeapStatistics } from 'node:v8';
import { names } from '@spandrel/engine';
import type { EndedSpan, Writer } from '../sdk.ts';

/** What this thread has used so far. */
export interface Usage {
  /** Microseconds. */
  readonly cpuUs: number;
  readonly heapBytes: number;
}

/**
 * Of the thread where Node.js tells it (22.19, 23.9 and later), of the whole process before: there
 * the collector's own threads count, too. A request that is alone pays 1.9 µs for all of it.
 */
const cpuUsage: () => NodeJS.CpuUsage =
  (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.bind(process) ??
  process.cpuUsage.bind(process);

export function readUsage(): Usage {
  const { user, system } = cpuUsage();
  return { cpuUs: user + system, heapBytes: getHeapStatistics().used_heap_size };
}

/**
 * Writes on a root that was alone what it used since `before`. The heap's growth is what it took
 * unless a collection ran meanwhile, which shows as a heap that shrank: then nothing is known.
 */
export function writeUsage(before: Usage, { attributes }: EndedSpan, root: Writer): void {
  const { cpuUs, heapBytes } = readUsage();
  if (attributes[names.ATTR_CPU_MS] === undefined) {
    root.setAttribute(names.ATTR_CPU_MS, (cpuUs - before.cpuUs) / 1000);
  }
  const grownBytes = heapBytes - before.heapBytes;
  if (grownBytes < 0 || attributes[names.ATTR_MEMORY_BYTES] !== undefined) return;
  root.setAttribute(names.ATTR_MEMORY_BYTES, grownBytes);
}
