/** What stands for a value that is not known. */
export const unknown = '–';

/** `0.4 ms`, `12.3 ms`, `340 ms`, `1.25 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return unknown;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}

/** One decimal only where there is one. */
export function decimal(value: number | null): string {
  return value === null ? unknown : String(Math.round(value * 10) / 10);
}

export function percent(ratio: number | null): string {
  return ratio === null ? unknown : `${Math.round(ratio * 100)} %`;
}

/** `1 request`, `5 requests`, `2 batches`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
