/** A release as numbers; what stands behind a dash is not looked at. */
function numbersOf(version: string): number[] {
  return version.split('-')[0]!.split('.').map(Number);
}

/** Below 0 when `a` is older, above 0 when it is newer; missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < 3; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Of ranges as the instrumentations write them: `>=4.0.0 <6`, `*`, several parted by `||`. */
export function isInRange(version: string, range: string): boolean {
  return range.split('||').some((part) =>
    part
      .trim()
      .split(/\s+/)
      .every((limit) => isWithin(version, limit)),
  );
}

function isWithin(version: string, limit: string): boolean {
  const [, sign = '', bound = ''] = /^(>=|<=|>|<|=)?(.*)$/.exec(limit)!;
  if (bound === '*' || bound === '') return true;
  const difference = compareVersions(version, bound);
  if (sign === '>=') return difference >= 0;
  if (sign === '<=') return difference <= 0;
  if (sign === '>') return difference > 0;
  return sign === '<' ? difference < 0 : difference === 0;
}
