import { parseArgs } from 'node:util';

/** Bad usage: one line that names the option and the value. */
export class UsageError extends Error {}

const pairsByDefault = 15;
const seedByDefault = 1;

export const help = `npm run -s bench -- [options]

What Spandrel costs, as ratios within one run. Takes some minutes; goals that are missed do not
change the exit code.

  --pairs N    Alternating pairs of fresh processes a row (default ${pairsByDefault}; fewer are for a first look)
  --only NAME  Only rows whose name holds NAME; may be given again
  --seed N     Seed of the resampling behind the intervals (default ${seedByDefault})
  --json       One JSON document on stdout, nothing else
  --help       This text`;

/** Reads the arguments against the names of the rows there are. */
export function readOptions(args, rowNames) {
  const values = parsed(args);
  const only = values.only ?? [];
  for (const name of only) {
    if (rowNames.some((row) => row.includes(name))) continue;
    throw new UsageError(`--only must name one of ${rowNames.join(', ')}; got ${name || "''"}`);
  }
  return {
    pairs: wholeNumber('--pairs', values.pairs, 1, 1000, pairsByDefault),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1, seedByDefault),
    only,
    isJson: values.json ?? false,
    isHelp: values.help ?? false,
  };
}

function parsed(args) {
  const options = {
    pairs: { type: 'string' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error.message.split('\n', 1)[0], { cause: error });
  }
}

function wholeNumber(name, given, least, most, otherwise) {
  if (given === undefined) return otherwise;
  const value = /^\d+$/.test(given) ? Number(given) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `${name} must be a whole number from ${least} to ${most}, got ${given || "''"}`,
  );
}
