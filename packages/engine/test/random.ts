/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function oneOf<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}

export function shuffled<Item>(random: () => number, items: readonly Item[]): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/**
 * Runs a property for `runs` seeds; a failure names the seed that shows it. `SEED` in the
 * environment repeats one run.
 */
export function forSeeds(runs: number, property: (random: () => number) => void): void {
  const given = Number(process.env['SEED'] ?? Number.NaN);
  const first = Number.isNaN(given) ? Math.floor(Date.now() % 1_000_000) * 1000 : given;
  for (let seed = first; seed < first + (Number.isNaN(given) ? runs : 1); seed++) {
    try {
      property(randomFrom(seed));
    } catch (error) {
      throw new Error(`with SEED=${seed}: ${String(error)}`, { cause: error });
    }
  }
}
