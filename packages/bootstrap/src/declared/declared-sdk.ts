import { logs, metrics, trace } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import { keepingSampler } from '@spandrel/processor';
import type { Arrival, Departure, Road } from '../begin.ts';
import { hookPg } from '../instrumentations/pg-hooks.ts';
import { say } from '../say.ts';
import { SettingError } from '../settings/setting-error.ts';
import { views } from '../views.ts';
import type { Declaration } from './declaration.ts';

/** What the file's span processors would have exported by, in its order; undefined where not found. */
export type TakenExporters = readonly (SpanExporter | undefined)[];

/**
 * The road of `OTEL_CONFIG_FILE`: OpenTelemetry makes the SDK of the file, and our processor takes
 * the place of the file's span processors, whose exporters are handed to `take`. Sampler, limits,
 * propagators, resource, metrics and logs stay the file's. A file without traces is followed, and
 * nothing is judged.
 *
 * The SDK has no public way to make parts of a file: the processors are found in a field that is not
 * public. Where they are not found, everything is shut down again and it throws.
 */
export function declaredSdk(
  { path, processors }: Declaration,
  take: (exporters: TakenExporters) => void,
  instrumentations: readonly Instrumentation[],
): Road {
  return ({ processor }: Departure): Arrival => {
    const sdk = startNodeSdk({});
    const shutdown = () => sdk.shutdown().catch(() => undefined);
    const provider = sdkProvider();
    if (provider === undefined && processors.length > 0) {
      throw new SettingError(`OTEL_CONFIG_FILE: no tracer_provider could be made of ${path}`);
    }
    if (provider === undefined) {
      say(`${path} has no tracer_provider: no spans, and nothing is judged`);
    } else {
      take(takePlace(provider, processor.now, shutdown));
      if (processor.now.options.keep.length > 0) recordAll(provider);
    }
    addViews();
    hookPg(instrumentations);
    registerInstrumentations({ instrumentations: [...instrumentations] });
    return {
      flushMetrics: async () => {
        await Promise.allSettled(
          [metrics.getMeterProvider(), logs.getLoggerProvider()].map(flushProvider),
        );
      },
      shutdown,
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
function takePlace(
  { _activeSpanProcessor: active }: Provider,
  processor: unknown,
  shutdown: () => Promise<void>,
): TakenExporters {
  const list = active?._spanProcessors;
  if (!Array.isArray(list)) {
    void shutdown();
    throw new Error("this SDK's span processors are not found");
  }
  const before = list.splice(0, list.length, processor) as { readonly _exporter?: SpanExporter }[];
  return before.map(({ _exporter }) => _exporter);
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
