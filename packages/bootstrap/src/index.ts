export { effectiveSettings } from './settings/effective.ts';
export type {
  EffectiveSetting,
  EffectiveSettings,
  EffectiveVariable,
} from './settings/effective.ts';
export { defineConfig } from './config.ts';
export type { SpandrelConfig } from './config.ts';
export { bootstrapOptionTable } from './settings/options.ts';
export type { BootstrapOptions, ResolvedBootstrapOptions } from './settings/options.ts';
export { Spandrel } from './running.ts';
export { start } from './start.ts';
export type { StartConfig } from './start.ts';
export type { Finding, Report } from '@spandrel/engine';
export {
  allowRepeats,
  currentRequest,
  meter,
  setAttribute,
  setAttributes,
  setTenant,
  setUser,
} from '@spandrel/processor';
export type { CurrentRequest, FindingEvent } from '@spandrel/processor';
