const longestName = 64;
const shortName = 9;

/**
 * The one of `names` that `given` was probably meant to be: two letters, in longer names three, may
 * be added, dropped, changed or swapped, and their case does not count. Undefined when none is so near.
 */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  if (given.length > longestName) return undefined;
  let nearest: string | undefined;
  let least = (given.length < shortName ? 2 : 3) + 1;
  for (const name of names) {
    const edits = editsBetween(given.toLowerCase(), name.toLowerCase(), least);
    if (edits < least) [nearest, least] = [name, edits];
  }
  return nearest;
}

/** As a question behind a sentence; empty when nothing is near. */
export function didYouMean(given: string, names: Iterable<string>): string {
  const name = nearestName(given, names);
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** Single letters added, dropped or changed, and neighbours swapped; `limit` when as many or more. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const changed = row[j - 1]! + (isSame ? 0 : 1);
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, changed);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    [before, row] = [row, next];
  }
  return Math.min(row[b.length]!, limit);
}
