import { engineOptionTable, limitNames } from '@spandrel/engine';
import type { EngineOptions } from '@spandrel/engine';
import type { OptionSpec, OptionValues } from '../arguments.ts';
import type { Context } from '../context.ts';
import { engineOptions } from '../receiver/settings.ts';

export const formats = ['pretty', 'json', 'markdown'] as const;
export const severities = ['info', 'warning', 'error', 'critical'] as const;

const ownOptions = {
  format: {
    type: 'choice',
    choices: formats,
    default: 'pretty',
    placeholder: 'NAME',
    help: `${formats.join(', ')}: for a terminal, for programs, for a pull request`,
  },
  json: { type: 'boolean', help: 'the same as --format json: one JSON document, nothing else' },
  explain: {
    type: 'boolean',
    help: 'also say, for the slowest traces and each rule, what came nearest and what stopped it',
  },
  baseline: {
    type: 'text',
    placeholder: 'FILE',
    help: 'count the problems this file knows, but do not report them',
  },
  'write-baseline': {
    type: 'text',
    placeholder: 'FILE',
    help: 'write all problems found to this file, for --baseline',
  },
  'fail-on': {
    type: 'choice',
    choices: severities,
    placeholder: 'SEVERITY',
    help: `exit with 1 when a problem is at least: ${severities.join(', ')}`,
  },
} as const satisfies Record<string, OptionSpec>;

/** Of the engine's table: its limits by name, and what is not to be reported. */
const settingNames = [...limitNames, 'suppress'] as const;

/** `minRepeats` is `--min-repeats`. */
function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The engine's limits as options of a command. */
export const engineSettings: Record<string, OptionSpec> = Object.fromEntries(
  settingNames.map((name) => {
    const setting = engineOptionTable[name];
    const placeholder = typeof setting.default === 'number' ? 'N' : 'TEXT';
    return [flagOf(name), { type: 'setting', setting, placeholder }];
  }),
);

export const analyzeOptions = { ...ownOptions, ...engineSettings } as typeof ownOptions;

export type AnalyzeOptions = OptionValues<typeof ownOptions>;

/** A window no file outgrows: the longest the engine's table allows, 24 days. */
const windowMs = 2_147_483_647;

/**
 * The engine's options: the defaults, then the environment, then the command line. Bad variables
 * are told and left out. Quantiles are taken over the whole input; watchers
 * keep their own window.
 */
export function engineOptionsOf(values: AnalyzeOptions, { env, stderr }: Context): EngineOptions {
  const fromEnv = engineOptions(env, (sentence) =>
    stderr.write(`spandrel: ${sentence}; left out\n`),
  );
  const { explain } = values;
  // Held spans are bounded as well, so that many small traces cost no more than a few large ones.
  const maxOpenTraces = fromEnv.maxOpenTraces ?? engineOptionTable.maxHeldSpans.default;
  const own = { windowMs, maxOpenTraces, explain };
  return { ...fromEnv, ...givenSettings(values), ...own };
}

/** What of the engine's limits was given on the command line. */
export function givenSettings(values: object): EngineOptions {
  const given = values as Readonly<Record<string, unknown>>;
  const entries = settingNames.flatMap((name) => {
    const value = given[flagOf(name)];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries) as EngineOptions;
}
