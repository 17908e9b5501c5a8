import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { ResolvedBootstrapOptions } from '../settings/options.ts';

/** One instrumentation: whose use brings it, and where it is. */
export interface InstrumentationRow {
  /** Its name in settings, in the banner and in the doctor's lines. */
  readonly name: string;
  /**
   * Modules of Node.js (without `node:`) and packages. The first `require` or `import` of one, or of
   * a file in it, loads the instrumentation, before that very call goes on.
   */
  readonly modules: readonly string[];
  /** Channels of `diagnostics_channel` whose first message loads it, for what needs no import. */
  readonly channels?: readonly string[];
  /** Its file in this folder, without extension: an `InstrumentationFile`. Loaded at first use only. */
  readonly file: string;
}

/** What the file of a row exports. */
export interface InstrumentationFile {
  /** Made once, with our settings; it is enabled when it returns. */
  create(options: ResolvedBootstrapOptions): Instrumentation;
  /** Hands it the message that brought it, since channels tell only who listened before. */
  replay?(instrumentation: Instrumentation, channel: string, message: unknown): void;
}

/**
 * Everything that is instrumented by default. To add one: a row here, and a file beside this one
 * that exports `create`. Nothing else names an instrumentation.
 */
export const instrumentationTable: readonly InstrumentationRow[] = [
  { name: 'http', modules: ['http', 'https'], file: 'http' },
  { name: 'express', modules: ['express'], file: 'express' },
  { name: 'pg', modules: ['pg', 'pg-pool'], file: 'pg' },
];
