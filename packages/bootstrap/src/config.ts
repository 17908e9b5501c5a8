import type { BootstrapOptions } from './settings/options.ts';

/** What `spandrel.config.mjs` or `.ts` may export by default, or return from a function that it exports. */
export type SpandrelConfig = BootstrapOptions;

/** Gives back what it is given, for the types. Loads nothing else. */
export function defineConfig<Config extends SpandrelConfig | (() => SpandrelConfig)>(
  config: Config,
): Config {
  return config;
}
