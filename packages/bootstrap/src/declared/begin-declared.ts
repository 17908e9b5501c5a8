import type { Instrumentation } from '@opentelemetry/instrumentation';
import { begin } from '../begin.ts';
import type { BeginConfig } from '../begin.ts';
import { ExporterList } from '../exporter/exporter-list.ts';
import type { Spandrel } from '../running.ts';
import { readDeclaration } from './declaration.ts';
import { declaredSdk } from './declared-sdk.ts';

/**
 * Begins with the SDK that `OTEL_CONFIG_FILE` declares. What `config` gives wins: its exporter is
 * used instead of the file's, its options instead of those of the file's batch processor.
 */
export function beginDeclared(
  config: BeginConfig,
  instrumentations: readonly Instrumentation[],
): Spandrel {
  const { exporter } = config;
  const exporters = new ExporterList();
  try {
    const declaration = readDeclaration(process.env['OTEL_CONFIG_FILE']!.trim());
    const { batches, destination, isDisabled } = declaration;
    const given = { ...batches, ...config, ...(isDisabled ? { enabled: false } : {}) };
    const told = exporter === undefined ? destination : 'the given exporter';
    return begin(
      {
        ...given,
        exporter: exporter ?? exporters,
        declaration: { ...declaration, destination: told },
      },
      declaredSdk(declaration, exporters, instrumentations),
    );
  } catch (error) {
    return begin(config, () => {
      throw error;
    });
  }
}
