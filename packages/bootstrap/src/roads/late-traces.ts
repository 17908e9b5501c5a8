import { ProxyTracerProvider } from '@opentelemetry/api';
import type {
  Context,
  Span,
  SpanOptions,
  Tracer,
  TracerOptions,
  TracerProvider,
} from '@opentelemetry/api';
import type { TracerProvider as SdkTracerProvider } from '@opentelemetry/sdk-trace';
import type { Late } from '../late.ts';

/**
 * The global tracer provider of the short road: the SDK, our processor and the resource are made
 * with the first span. A tracer that was given out before goes on by one call in between.
 */
export class LateTraces implements TracerProvider {
  readonly #provider: Late<SdkTracerProvider>;

  constructor(provider: Late<SdkTracerProvider>) {
    this.#provider = provider;
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    const find = (): Tracer =>
      this.#provider.nowOrNever?.getTracer(name, version, options) ?? noTracer;
    return this.#provider.made === undefined ? new LateTracer(find) : find();
  }

  async forceFlush(): Promise<void> {
    await this.#provider.made?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.#provider.made?.shutdown();
  }
}

/** Does nothing, for a process whose SDK cannot be loaded. */
const noTracer = new ProxyTracerProvider().getTracer('');

class LateTracer implements Tracer {
  readonly #find: () => Tracer;
  #tracer: Tracer | undefined;

  constructor(find: () => Tracer) {
    this.#find = find;
  }

  startSpan(name: string, options?: SpanOptions, around?: Context): Span {
    return (this.#tracer ??= this.#find()).startSpan(name, options, around);
  }

  startActiveSpan<F extends (span: Span) => unknown>(...args: unknown[]): ReturnType<F> {
    const tracer = (this.#tracer ??= this.#find());
    return Reflect.apply(tracer.startActiveSpan, tracer, args) as ReturnType<F>;
  }
}
