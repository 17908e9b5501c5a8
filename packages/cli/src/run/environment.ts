import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { engineOptionTable } from '@spandrel/engine';
import type { EngineOptions } from '@spandrel/engine';
import type { Env } from '../receiver/settings.ts';
import type { Target } from './target.ts';

/** What would switch telemetry off, thin it out or send it elsewhere. */
const decidesWhere =
  /^OTEL_(SDK_DISABLED|CONFIG_FILE|TRACES_SAMPLER|(TRACES|METRICS|LOGS)_EXPORTER|EXPORTER_|BSP_|METRIC_EXPORT_)/;

export interface Watched {
  readonly env: Env;
  readonly receiverUrl: string;
  readonly service: string;
  /** Limits of this run, for the process as well: it looks for lines of code by them. */
  readonly limits: EngineOptions;
}

/** The environment of a watched application: its own, but all of its telemetry comes to us, soon. */
export function watchedEnv({ env, receiverUrl, service, limits }: Watched): Env {
  const own = Object.entries(env).filter(([name]) => !decidesWhere.test(name));
  return {
    ...Object.fromEntries(own),
    ...limitVariables(limits),
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiverUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    OTEL_BSP_SCHEDULE_DELAY: '500',
    SPANDREL_ENABLED: 'true',
    SPANDREL_QUIET: 'true',
  };
}

function limitVariables(limits: EngineOptions): Record<string, string> {
  const entries = Object.entries(limits).flatMap(([name, value]) => {
    const variable = engineOptionTable[name as keyof typeof engineOptionTable]?.env;
    return typeof value === 'number' && variable != null ? [[variable, String(value)]] : [];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

/** What was asked for, `OTEL_SERVICE_NAME`, the name in the nearest `package.json`, the script's. */
export function serviceName(asked: string | undefined, env: Env, target: Target): string {
  const said = asked ?? env['OTEL_SERVICE_NAME']?.trim();
  if (said !== undefined && said !== '') return said;
  return packageName(target.folder) ?? basename(target.entry ?? target.file);
}

/** Of the nearest package.json that has one. */
function packageName(folder: string): string | null {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name?: unknown;
    };
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // The next one, then.
  }
  const parent = dirname(folder);
  return parent === folder ? null : packageName(parent);
}
