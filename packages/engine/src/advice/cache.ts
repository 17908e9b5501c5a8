import { durationWords } from '../rules/words.ts';
import type { QueryShape } from '../sql/statement.ts';
import type { Advice } from '../types.ts';

/** The cache package's levels, seconds. */
const levels = [
  { word: 'short', seconds: 60 },
  { word: 'medium', seconds: 300 },
  { word: 'long', seconds: 600 },
  { word: 'very long', seconds: 1800 },
] as const;

export interface ReadsSeen {
  readonly shape: QueryShape;
  readonly hits: number;
  readonly reads: number;
  readonly savingMsPerMinute: number;
  /** Between writes to its tables; null when too few were seen to tell. */
  readonly writeIntervalMs: number | null;
}

/** What to cache a read under, for how long, and what that would bring. */
export function cacheableReadAdvice(seen: ReadsSeen): Advice {
  const { shape, hits, reads, savingMsPerMinute, writeIntervalMs } = seen;
  const { word, seconds } = levelFor(writeIntervalMs);
  const ratio = Math.round((100 * hits) / reads);
  const tables = [...new Set(shape.reads)].join(', ');
  const text =
    `Cache it as \`${keyPatternOf(shape)}\` for ${seconds} s (${word}) and delete the key where ${tables} is written: ` +
    `${ratio} % of these reads would be hits, which saves ${durationWords(savingMsPerMinute)} a minute.`;
  return { text, statement: null, proof: null };
}

/** The longest level that a value usually outlives; medium while nothing is known of its writes. */
function levelFor(writeIntervalMs: number | null): (typeof levels)[number] {
  if (writeIntervalMs === null) return levels[1];
  const fitting = levels.filter(({ seconds }) => seconds * 1000 <= writeIntervalMs);
  return fitting.at(-1) ?? levels[0];
}

/**
 * `notes:{id}`: the table and the columns that are compared with a value; `notes:{parameters}` for
 * all of them where it cannot be seen that each has a column of its own. Too short a key would mix
 * up what differs.
 */
function keyPatternOf({ text, reads, hasValues }: QueryShape): string {
  const table = reads[0] ?? 'read';
  if (!hasValues) return table;
  const columns = [...text.matchAll(/([\w$]+) = \?(?!\S)/g)].map(([, column]) => `{${column}}`);
  const isComplete = text.split('?').length - 1 === columns.length && !text.includes('...');
  const isDistinct = new Set(columns).size === columns.length;
  return [table, ...(isComplete && isDistinct ? columns : ['{parameters}'])].join(':');
}

/** What to do about a cache that seldom hits. `worst` is the key pattern that missed most. */
export function lowHitRateAdvice(worst: string | null, mayBeWarmingUp: boolean): Advice {
  const where = worst === null ? '' : `, \`${worst}\` first`;
  const unlessNew = mayBeWarmingUp
    ? ' If it has just started and is still filling, wait: keys are not known here.'
    : '';
  const text = `Look at why its keys are not found again${where}: keep entries longer, raise its size if it evicts, leave out of the key what does not change the value, or drop the cache.${unlessNew}`;
  return { text, statement: null, proof: null };
}
