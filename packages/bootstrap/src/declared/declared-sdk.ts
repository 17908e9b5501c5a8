import { logs, metrics, trace } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import { keepingSampler } from '@spandrel/processor';
import type { Arrival, Departure, Road } from '../begin.ts';
import { ExporterList } from '../exporter/exporter-list.ts';
import { hookPg } from '../instrumentations/pg-hooks.ts';
import { say } from '../say.ts';
import { SettingError } from '../settings/setting-error.ts';
import { views } from '../views.ts';
import type { Declaration } from './declaration.ts';

/**
 * The road of `OTEL_CONFIG_FILE`: OpenTelemetry makes the SDK of the file, and our processor takes
 * the place of the file's span processors. Their exporters are added to `exporters`, by which it is
 * to export; sampler, limits, propagators, resource, metrics and logs stay the
 * file's.
 *
 * The SDK has no public way to make parts of a file: the processors and their exporters are found
 * in fields that are not public. Where they are not found, it throws.
 */
export function declaredSdk(
  { path }: Declaration,
  exporters: ExporterList,
  instrumentations: readonly Instrumentation[],
): Road {
  return ({ processor }: Departure): Arrival => {
    const sdk = startNodeSdk({});
    const provider = sdkProvider();
    if (provider === undefined) {
      throw new SettingError(`OTEL_CONFIG_FILE: no tracer_provider could be made of ${path}`);
    }
    exporters.add(...takePlace(provider, processor.now));
    if (processor.now.options.keep.length > 0) recordAll(provider);
    addViews();
    hookPg(instrumentations);
    registerInstrumentations({ instrumentations: [...instrumentations] });
    return {
      flushMetrics: async () => {
        await Promise.allSettled(
          [metrics.getMeterProvider(), logs.getLoggerProvider()].map(flushProvider),
        );
      },
      shutdown: () => sdk.shutdown().catch(() => undefined),
    };
  };
}

interface Provider {
  readonly _activeSpanProcessor?: { readonly _spanProcessors?: unknown };
  readonly _tracerOptions?: { sampler?: Sampler };
}

/** What is registered behind the API's proxy; undefined where nothing is. */
function sdkProvider(): Provider | undefined {
  const proxy = trace.getTracerProvider() as { getDelegate?: () => object };
  const provider = (proxy.getDelegate?.() ?? proxy) as Provider;
  return provider._activeSpanProcessor === undefined ? undefined : provider;
}

/** Puts `processor` where the provider's processors are, and gives back what they exported by. */
function takePlace({ _activeSpanProcessor: active }: Provider, processor: unknown): SpanExporter[] {
  const list = active?._spanProcessors;
  if (!Array.isArray(list)) throw new Error("this SDK's span processors are not found");
  const before = list.splice(0, list.length, processor) as { readonly _exporter?: SpanExporter }[];
  return before.map(({ _exporter: exporter }) => {
    if (exporter === undefined) throw new Error("a span processor's exporter is not found");
    return exporter;
  });
}

/** For `keep`; tracers are given the options when they are asked for. */
function recordAll({ _tracerOptions: options }: Provider): void {
  if (options?.sampler !== undefined) options.sampler = keepingSampler(options.sampler);
  else say('keep has no effect: the sampler of this SDK is not found');
}

interface ViewsHolder {
  readonly _sharedState?: { readonly viewRegistry?: { readonly _registeredViews?: unknown[] } };
}

/** A file knows nothing of ours, which keep data out of metrics. */
function addViews(): void {
  const provider = metrics.getMeterProvider() as ViewsHolder;
  if (!(provider instanceof MeterProvider)) return;
  const theirs = viewsOf(provider);
  const ours = viewsOf(new MeterProvider({ views }));
  if (theirs === undefined || ours === undefined) {
    return say(
      'attributes of db.client metrics are not cleaned: the views of this SDK are not found',
    );
  }
  theirs.push(...ours);
}

function viewsOf(provider: object): unknown[] | undefined {
  return (provider as ViewsHolder)._sharedState?.viewRegistry?._registeredViews;
}

async function flushProvider(provider: object): Promise<void> {
  await (provider as { forceFlush?: () => Promise<void> }).forceFlush?.();
}
