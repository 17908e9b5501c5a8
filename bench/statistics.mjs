/** Middle value; of an even count the mean of the two in the middle. NaN for none. */
export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Least and largest value. */
export function spread(values) {
  return [Math.min(...values), Math.max(...values)];
}

/**
 * 95 % interval of the median: percentiles of the medians of `resamples` draws with replacement
 * (percentile bootstrap). The same `seed` and values give the same interval.
 */
export function medianInterval(values, seed, resamples = 10_000) {
  const random = randomOf(seed);
  const draw = new Float64Array(values.length);
  const medians = new Float64Array(resamples);
  for (let round = 0; round < resamples; round++) {
    for (let i = 0; i < draw.length; i++) draw[i] = values[Math.floor(random() * values.length)];
    medians[round] = median(draw);
  }
  medians.sort();
  return [medians[Math.floor(resamples * 0.025)], medians[Math.ceil(resamples * 0.975) - 1]];
}

/** Numbers from 0 up to 1, always the same ones for a seed. Method: mulberry32. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * `met` or `missed` by the median alone; settled when the whole interval lies on one side of the
 * goal. Null goal: nothing to meet.
 */
export function verdictOf(value, [low, high], goal) {
  if (goal === null) return null;
  return { isMet: value <= goal, isSettled: high <= goal || low > goal };
}
