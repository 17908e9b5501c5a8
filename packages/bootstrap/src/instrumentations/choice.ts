import type { ResolvedBootstrapOptions } from '../settings/options.ts';
import type { InstrumentationRow } from './table.ts';

type Choosing = Pick<
  ResolvedBootstrapOptions,
  'instrumentations' | 'enabledInstrumentations' | 'disabledInstrumentations'
>;

/** False when the settings switch it off, or name others only. */
function isChosen(name: string, options: Choosing): boolean {
  const { enabledInstrumentations: only, disabledInstrumentations: not } = options;
  return !not.includes(name) && (only.length === 0 || only.includes(name));
}

/** What the settings leave of the table. */
export function chosenRows(
  table: readonly InstrumentationRow[],
  options: Choosing,
): readonly InstrumentationRow[] {
  return table.filter(({ name }) => isChosen(name, options));
}

/** What the settings name beside the table, each once: packages the application has to have. */
export function namedOthers(
  table: readonly InstrumentationRow[],
  options: Choosing,
): readonly string[] {
  const known = new Set(table.map(({ name }) => name));
  const named = [...options.instrumentations, ...options.enabledInstrumentations];
  const { disabledInstrumentations: not } = options;
  return [...new Set(named)].filter((name) => !known.has(name) && !not.includes(name));
}
