import type { Advice } from '../types.ts';
import { inWords, unproved } from './advice.ts';

export interface AwaitedInTurn {
  /** In the order they ran, in few words: `SELECT users`. */
  readonly summaries: readonly string[];
  /** True when a later one may need what an earlier one gave, such as a key. */
  readonly handsOnKey?: boolean;
}

/** Calls that wait for each other without need: run them together. */
export function serialAdvice({ summaries, handsOnKey = false }: AwaitedInTurn): Advice {
  if (handsOnKey) {
    return inWords('Ask once with a JOIN: one query hands the key of the next one on.');
  }
  const names = namesOf(summaries);
  const calls = names.map(
    (name, at) => `  load${upperFirst(name)}(), // ${oneLine(summaries[at]!)}`,
  );
  const snippet = [`const [${names.join(', ')}] = await Promise.all([`, ...calls, ']);'].join('\n');
  return unproved(
    `Start the ${summaries.length} queries together and wait once, each on a connection of its own`,
    snippet,
  );
}

/** `users` of `SELECT users`, numbered where a name comes again. */
function namesOf(summaries: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return summaries.map((summary) => {
    const last = summary.trim().split(/\s+/).at(-1) ?? '';
    const name = last.replaceAll(/\W/g, '').replace(/^(?=\d|$)/, 'result');
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}${count}`;
  });
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
