import type { SpanExporter } from '@opentelemetry/sdk-trace';

type Export = SpanExporter['export'];
type Result = Parameters<Parameters<Export>[1]>[0];

const success = 0;

/**
 * Several exporters as one: each is given every batch. A batch has failed when one of them failed,
 * with the first error; one that throws has failed, and the others are still asked.
 */
export class ExporterList implements SpanExporter {
  readonly #exporters: SpanExporter[];

  constructor(...exporters: SpanExporter[]) {
    this.#exporters = exporters;
  }

  add(...exporters: readonly SpanExporter[]): void {
    this.#exporters.push(...exporters);
  }

  export(spans: Parameters<Export>[0], done: Parameters<Export>[1]): void {
    const waiting = new Set(this.#exporters);
    let outcome: Result = { code: success };
    const settle = (exporter: SpanExporter, result: Result): void => {
      if (!waiting.delete(exporter)) return;
      if (outcome.code === success) outcome = result;
      if (waiting.size === 0) done(outcome);
    };
    if (waiting.size === 0) return done(outcome);
    for (const exporter of this.#exporters) {
      try {
        exporter.export(spans, (result) => settle(exporter, result));
      } catch (error) {
        settle(exporter, { code: 1, error: error as Error });
      }
    }
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#exporters.map((exporter) => exporter.forceFlush?.()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#exporters.map((exporter) => exporter.shutdown()));
  }
}
