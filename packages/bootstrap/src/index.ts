export { bootstrapOptionTable } from './options.ts';
export type { BootstrapOptions, ResolvedBootstrapOptions } from './options.ts';
export { Spandrel, start } from './start.ts';
export type { StartConfig } from './start.ts';
export type { Finding, Report } from '@spandrel/engine';
export { allowRepeats } from '@spandrel/processor';
export type { FindingEvent } from '@spandrel/processor';
