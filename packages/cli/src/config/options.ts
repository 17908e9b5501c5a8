import type { OptionSpec, OptionValues } from '../arguments.ts';

export const configOptions = {
  json: { type: 'boolean', help: 'print all as one JSON document, nothing else' },
} as const satisfies Record<string, OptionSpec>;

export type ConfigOptions = OptionValues<typeof configOptions>;
