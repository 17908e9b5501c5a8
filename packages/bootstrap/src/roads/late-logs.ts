import { logs } from '@opentelemetry/api';
import type { Logger, LoggerOptions, LoggerProvider } from '@opentelemetry/api';
import { getStringListFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { LoggerProvider as SdkLoggerProvider } from '@opentelemetry/sdk-logs';
import { Late } from '../late.ts';
import { load } from '../load.cts';

/** The global logger provider of the short road: the logs SDK is loaded with the first record. */
export class LateLogs implements LoggerProvider {
  readonly #provider: Late<SdkLoggerProvider>;

  constructor(resource: Late<Resource>) {
    this.#provider = new Late('logs', () =>
      load<typeof import('./logs.ts')>('roads/logs').loggerProvider(resource.now),
    );
  }

  getLogger(name: string, version?: string, options?: LoggerOptions): Logger {
    let logger: Logger | undefined;
    const now = (): Logger | undefined =>
      (logger ??= this.#provider.nowOrNever?.getLogger(name, version, options));
    return {
      emit: (record) => now()?.emit(record),
      enabled: (about) => now()?.enabled(about) ?? false,
    };
  }

  async forceFlush(): Promise<void> {
    await this.#provider.made?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.#provider.made?.shutdown();
  }
}

/** Null where `OTEL_LOGS_EXPORTER` asks for none. */
export function registerLateLogs(resource: Late<Resource>): LateLogs | null {
  if (getStringListFromEnv('OTEL_LOGS_EXPORTER')?.includes('none') === true) return null;
  const late = new LateLogs(resource);
  logs.setGlobalLoggerProvider(late);
  return late;
}
