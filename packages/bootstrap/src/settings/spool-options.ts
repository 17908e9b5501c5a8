import { positiveNumber, wholeNumber } from '@spandrel/engine';
import type { OptionSpec } from '@spandrel/engine';

const spoolDir: OptionSpec<string> = {
  default: '',
  env: 'SPANDREL_SPOOL_DIR',
  doc: 'Folder, of mode 0700 and the own user, in which spans are kept that could not be sent when the process ended; the next start sends them. None given: they are lost.',
  rule: 'the path of a folder',
  accepts: (given): given is string => typeof given === 'string',
  parse: (text) => text.trim(),
  schema: { type: 'string' },
};

/** What is kept when the process ends and the collector does not answer. */
export const spoolOptions = {
  spoolDir,
  maxSpoolBytes: wholeNumber(64 * 1024 * 1024, 1024, {
    env: 'SPANDREL_MAX_SPOOL_BYTES',
    doc: 'Size of all files in that folder, in bytes; what does not fit is lost, and counted.',
  }),
  maxSpoolAgeMs: positiveNumber(86_400_000, {
    env: 'SPANDREL_MAX_SPOOL_AGE_MS',
    doc: 'Files of that folder older than this are deleted unsent, in milliseconds.',
  }),
};
