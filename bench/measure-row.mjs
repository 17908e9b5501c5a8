import { measure, measureGroups, measurePairs } from './processes.mjs';
import { median, medianInterval, spread, verdictOf } from './statistics.mjs';

/**
 * Measures a row in `count` pairs of fresh processes, or `count` single ones when it has no rival,
 * and works out its figures: the median of what each pair says, its interval and its spread.
 */
export async function measureRow(row, { pairs: count, seed }, tellProgress) {
  await row.prepare?.(tellProgress);
  if (row.members !== undefined) return measureGroupRow(row, count, seed, tellProgress);
  const onPair = (number) => tellProgress(`${row.name} ${number}/${count}`);
  const pairs =
    row.theirs === null
      ? await measureSingles(row.ours, count, onPair)
      : await measurePairs(row.ours, row.theirs, count, onPair);
  const middle = pairNearMedian(pairs, row.figures[0].valueOf);
  return {
    name: row.name,
    figures: row.figures.map((figure) => figureOf(figure, pairs, seed)),
    absolute: row.absolute(middle.ours, middle.theirs),
    notes: notesOn(pairs),
  };
}

/** A row of several members: its figures compare any two of them, measured in the same group. */
async function measureGroupRow(row, count, seed, tellProgress) {
  const onGroup = (number) => tellProgress(`${row.name} ${number}/${count}`);
  const groups = await measureGroups(row.members(), count, onGroup);
  return {
    name: row.name,
    figures: row.figures.map((figure) =>
      figureFrom(
        figure,
        groups.map((group) => figure.valueOf(group)),
        seed,
      ),
    ),
    absolute: row.absolute(groups),
    notes: row.notes?.(groups) ?? [],
  };
}

async function measureSingles(ours, count, onSingle) {
  const singles = [];
  for (let number = 1; number <= count; number++) {
    onSingle(number);
    singles.push({ ours: await measure(ours), theirs: null });
  }
  return singles;
}

function figureOf(figure, pairs, seed) {
  const values = pairs.map(({ ours, theirs }) => figure.valueOf(ours, theirs));
  return figureFrom(figure, values, seed);
}

function figureFrom({ what, unit, goal }, values, seed) {
  const value = median(values);
  const interval = medianInterval(values, seed);
  const verdict = verdictOf(value, interval, goal);
  return { what, unit, value, interval, spread: spread(values), goal, ...verdict, values };
}

/** The pair whose value lies nearest to the median: what absolute numbers are taken from. */
function pairNearMedian(pairs, valueOf) {
  const distances = pairs.map(({ ours, theirs }) => valueOf(ours, theirs));
  const middle = median(distances);
  return pairs.reduce((nearest, pair) =>
    Math.abs(valueOf(pair.ours, pair.theirs) - middle) <
    Math.abs(valueOf(nearest.ours, nearest.theirs) - middle)
      ? pair
      : nearest,
  );
}

/** CPU beyond wall time means that other threads of the process compiled or collected beside it. */
function notesOn(pairs) {
  const runs = pairs.flatMap(({ ours, theirs }) => (theirs === null ? [ours] : [ours, theirs]));
  const over = runs.filter(({ cpuMs, wallMs }) => cpuMs > wallMs * 1.02);
  if (over.length === 0) return [];
  const most = Math.max(...over.map(({ cpuMs, wallMs }) => (cpuMs / wallMs - 1) * 100));
  return [
    `CPU exceeds wall time in ${over.length} of ${runs.length} processes, by up to ${most.toFixed(0)} %: ` +
      'compiling or collecting on other threads is in the figure',
  ];
}
