import type { OptionSpec, OptionValues } from '../arguments.ts';
import { engineSettings, formats } from '../analyze/options.ts';

const ownOptions = {
  port: {
    type: 'integer',
    least: 0,
    most: 65_535,
    default: 0,
    placeholder: 'N',
    help: 'port of the OTLP/HTTP receiver on 127.0.0.1; 0 takes a free one',
  },
  service: {
    type: 'text',
    placeholder: 'NAME',
    help: 'name of the service; else OTEL_SERVICE_NAME, or the name in package.json',
  },
  quiet: { type: 'boolean', help: 'only the report at the end' },
  format: {
    type: 'choice',
    choices: formats,
    default: 'pretty',
    placeholder: 'NAME',
    help: `of the report: ${formats.join(', ')}`,
  },
  json: { type: 'boolean', help: 'the same as --format json' },
  markdown: { type: 'boolean', help: 'the same as --format markdown' },
} as const satisfies Record<string, OptionSpec>;

export const runOptions = { ...ownOptions, ...engineSettings } as typeof ownOptions;

export type RunOptions = OptionValues<typeof ownOptions>;

export type Format = (typeof formats)[number];

export function formatOf({ json, markdown, format }: RunOptions): Format {
  if (json) return 'json';
  return markdown ? 'markdown' : (format as Format);
}
