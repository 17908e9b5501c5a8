import type { EffectiveSettings } from '@spandrel/bootstrap/doctor';
import type { Context } from '../context.ts';
import { openSurgery } from '../doctor/checks.ts';
import type { ConfigOptions } from './options.ts';
import type { Paint } from '../report/paint.ts';
import { paintFor } from '../report/paint.ts';
import { printable } from '../report/printable.ts';

/**
 * `spandrel config`: every setting as an application started here would have it, and where it comes
 * from. Secrets are hidden. Exit codes: 0, 1 when a setting is refused, 2 bad usage.
 */
export async function config(
  { json }: ConfigOptions,
  { env, stdout, ownFile }: Context,
): Promise<number> {
  const folder = process.cwd();
  const effective = openSurgery(folder, ownFile).doctor.effectiveSettings({}, env, folder);
  const page = json
    ? JSON.stringify({ version: 1, ...effective }, null, 2)
    : configPage(printable(effective), paintFor(stdout, env));
  stdout.write(`${page}\n`);
  return effective.refusal === null ? 0 : 1;
}

type Row = readonly [name: string, value: string, source: string, note: string];

/** What was set stands first, with the `OTEL_*` variables; the defaults follow. */
function configPage(
  { refusal, file, settings, variables, warnings }: EffectiveSettings,
  paint: Paint,
): string {
  const rows = settings.map(({ name, shown, source, env }): Row => [
    name,
    shown,
    source,
    env ?? '',
  ]);
  const isSet = ([, , source]: Row): boolean => source !== 'default';
  const ofOtel = variables.map(({ name, shown, counts }): Row => [
    name,
    shown,
    'environment',
    counts ? '' : 'does not count',
  ]);
  const parts = [
    file === null ? 'no configuration file' : file,
    ...(refusal === null
      ? []
      : [`${paint('red', 'refused')} ${refusal}; nothing would be started`]),
    ...warnings.map((warning) => `${paint('yellow', 'warning')} ${warning}`),
    tableOf('set', rows.filter(isSet), paint),
    tableOf('OpenTelemetry', ofOtel, paint),
    tableOf(
      'by default',
      rows.filter((row) => !isSet(row)),
      paint,
    ),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Empty where there are no rows. A long value pushes the rest of its own line only. */
function tableOf(title: string, rows: readonly Row[], paint: Paint): string {
  if (rows.length === 0) return '';
  const widths = [0, 1, 2].map((column) =>
    Math.min(40, Math.max(...rows.map((row) => row[column]!.length))),
  );
  const lines = rows.map(([name, value, source, note]) => {
    const cells = [name, value, source].map((cell, i) => cell.padEnd(widths[i]!));
    return `  ${cells.join('  ')}  ${paint('dim', note)}`.trimEnd();
  });
  return [paint('bold', title), ...lines].join('\n');
}
