/**
 * Files of this package that are loaded at their first use, without extension: each is a file of
 * its own in the preload's bundle. So is every file of the instrumentations' table.
 */
export const parts = [
  'processor',
  'endings/spool',
  'exporter/console',
  'exporter/otlp-grpc',
  'exporter/otlp-json',
  'exporter/otlp-proto',
  'hooks/async-hooks',
  'hooks/import-hooks',
  'roads/b3',
  'roads/logs',
  'roads/metrics',
  'roads/otlp-grpc',
  'roads/otlp-json',
  'roads/otlp-proto',
  'roads/prometheus',
  'roads/resource',
  'roads/traces',
] as const;

/** The same for `start()` in code, which is not bundled. */
export const unbundledParts = ['declared/begin-declared', 'roads/long'] as const;

export type Part = (typeof parts | typeof unbundledParts)[number];
