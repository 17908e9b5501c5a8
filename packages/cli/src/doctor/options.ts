import type { OptionSpec, OptionValues } from '../arguments.ts';

export const doctorOptions = {
  json: { type: 'boolean', help: 'print the checks as one JSON document, nothing else' },
  seconds: {
    type: 'integer',
    least: 1,
    most: 600,
    default: 10,
    placeholder: 'N',
    help: 'how long the application may take until it listens, or runs without listening',
  },
  path: {
    type: 'text',
    placeholder: 'PATH',
    help: 'what is asked of the application, once it listens: GET PATH; / unless given',
  },
  'no-request': {
    type: 'boolean',
    help: 'ask nothing: it runs for --seconds and waits for requests of yours',
  },
} as const satisfies Record<string, OptionSpec>;

export type DoctorOptions = OptionValues<typeof doctorOptions>;
