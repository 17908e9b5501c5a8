const decimals = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3);
const number = (value) => value.toFixed(decimals(value));
const range = ([low, high], between) => `${number(low)}${between}${number(high)}`;

/** The rows as a table for people, with what they rest on below it. */
export function page({ rows, failures, conditions }) {
  const head = ['row', 'what', 'median', '95 % interval', 'spread', 'goal', ''];
  const lines = [head, ...rows.flatMap(({ name, figures }) => figures.map(lineOf(name)))];
  const parts = [
    table(lines),
    '',
    'Absolute numbers, as orientation only:',
    ...rows.map(({ name, absolute }) => `  ${name}: ${absolute}`),
  ];
  for (const { name, notes } of rows) {
    for (const note of notes) parts.push(`  note on ${name}: ${note}`);
  }
  for (const { name, message } of failures) parts.push(`BROKEN ${name}: ${message}`);
  parts.push('', ...conditionsText(conditions));
  return parts.join('\n');
}

function lineOf(name) {
  return ({ what, unit, value, interval, spread, goal, isMet, isSettled }) => [
    name,
    unit === 'ratio' ? what : `${what}, ${unit}`,
    number(value),
    range(interval, ' … '),
    range(spread, '–'),
    goal === null ? '' : `≤ ${number(goal)}`,
    goal === null ? '' : `${isMet ? 'met' : 'missed'}${isSettled ? '' : ' (interval spans it)'}`,
  ];
}

function conditionsText({ node, cpu, cores, pairs, seed, load }) {
  return [
    `Node ${node}; ${cores} × ${cpu}; load average ${load.toFixed(1)} at the end.`,
    `CPU time in fresh processes, ${pairs} alternating pairs a row, median of the pairs' values;`,
    `interval by 10,000 resamples of them (seed ${seed}), spread is least–most of them.`,
    ...(pairs < 15 ? ['Fewer than 15 pairs: a first look, not a result.'] : []),
  ];
}

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
