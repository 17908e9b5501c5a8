import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { begin } from '../begin.ts';
import type { BeginConfig } from '../begin.ts';
import type { Spandrel } from '../running.ts';
import { readDeclaration } from './declaration.ts';
import { declaredSdk } from './declared-sdk.ts';
import type { TakenExporters } from './declared-sdk.ts';
import { declaredWays } from './declared-ways.ts';

/**
 * Begins with the SDK that `OTEL_CONFIG_FILE` declares. What `config` gives wins: its exporter is
 * used instead of the file's, its options instead of those of the file's batch processor.
 */
export function beginDeclared(
  config: BeginConfig,
  instrumentations: readonly Instrumentation[],
): Spandrel {
  let taken: TakenExporters = [];
  const exporterAt = (index: number): SpanExporter => {
    const exporter = taken[index];
    if (exporter === undefined) throw new Error("a span processor's exporter is not found");
    return exporter;
  };
  try {
    const declaration = readDeclaration(process.env['OTEL_CONFIG_FILE']!.trim());
    const { batches, processors, isDisabled } = declaration;
    const spans = declaredWays(processors, exporterAt);
    return begin(
      { ...batches, ...config, ...(isDisabled ? { enabled: false } : {}), declaration, spans },
      declaredSdk(declaration, (exporters) => (taken = exporters), instrumentations),
    );
  } catch (error) {
    return begin(config, () => {
      throw error;
    });
  }
}
