import { durationWords } from '@spandrel/engine';

/** What stands for a value that is not known. */
export const unknown = '–';

/** As `durationWords`; a dash for what is not known. */
export function duration(ms: number | null): string {
  return ms === null ? unknown : durationWords(ms);
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
