import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { inPatchedEnv } from '../settings/patched-env.ts';

type Export = SpanExporter['export'];

/** An exporter that is made with the first batch, so that a process without spans never loads it. */
export class LateExporter implements SpanExporter {
  readonly #make: () => SpanExporter;
  #exporter: SpanExporter | undefined;

  constructor(make: () => SpanExporter) {
    this.#make = make;
  }

  export(spans: Parameters<Export>[0], done: Parameters<Export>[1]): void {
    this.#exporter ??= inPatchedEnv(this.#make);
    this.#exporter.export(spans, done);
  }

  async forceFlush(): Promise<void> {
    await this.#exporter?.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.#exporter?.shutdown();
  }
}
