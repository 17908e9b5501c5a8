import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { Late } from '../late.ts';

type Export = SpanExporter['export'];

/** What the SDK calls a failed export. */
const failed = 1;

/** An exporter that is made with the first batch, so that a process without spans never loads it. */
export class LateExporter<Made extends SpanExporter> implements SpanExporter {
  readonly #exporter: Late<Made>;

  constructor(make: () => Made) {
    this.#exporter = new Late('export of spans', make);
  }

  /** Undefined until it is made. */
  get made(): Made | undefined {
    return this.#exporter.made;
  }

  export(spans: Parameters<Export>[0], done: Parameters<Export>[1]): void {
    const exporter = this.#exporter.nowOrNever;
    if (exporter === undefined) done({ code: failed });
    else exporter.export(spans, done);
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.made?.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.#exporter.made?.shutdown();
  }
}
