import { diag } from '@opentelemetry/api';
import type { Destination } from './destination.ts';
import { httpTransport } from './http-transport.ts';
import type { HttpTransport } from './http-transport.ts';

/** Items to bytes, in one turn; the shape of OpenTelemetry's own serialisers. */
export interface Serializer<Items, Answer extends PartialAnswer = PartialAnswer> {
  serializeRequest(items: Items): Uint8Array | undefined;
  deserializeResponse(answer: Uint8Array): Answer;
}

/** What a receiver that took only a part says. */
export interface PartialAnswer {
  readonly partialSuccess?: { readonly errorMessage?: string };
}

interface Result {
  readonly code: number;
  readonly error?: Error;
}

/**
 * Spans or metrics by OTLP over HTTP. An exporter of our own, so that the end of the process finds
 * nothing of it that keeps the process alive, knows what has become of the batch under way
 * (`transport.fate`), and can send the rest in the same way (`destination`, `serializer`).
 */
export class OtlpExporter<Items> {
  readonly destination: Destination;
  readonly serializer: Serializer<Items>;
  readonly transport: HttpTransport;
  readonly #running = new Set<Promise<void>>();

  constructor(destination: Destination, serializer: Serializer<Items>) {
    this.destination = destination;
    this.serializer = serializer;
    this.transport = httpTransport(destination);
  }

  /** Never throws; `done` is called once. */
  export(items: Items, done: (result: Result) => void): void {
    const running = this.#export(items).then(done, (error: Error) => done({ code: 1, error }));
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#running);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.transport.close();
  }

  /** For the SDK's account of its exporters; ours is kept by the processor. */
  setMetrics(): void {
    // Nothing to measure here.
  }

  async #export(items: Items): Promise<Result> {
    const body = this.serializer.serializeRequest(items);
    if (body === undefined) return { code: 1, error: new Error('nothing to send') };
    this.#warnOfPart(await this.transport.send(body));
    return { code: 0 };
  }

  #warnOfPart(answer: Buffer): void {
    if (answer.length === 0) return;
    try {
      const { partialSuccess } = this.serializer.deserializeResponse(answer);
      const { errorMessage = '' } = partialSuccess ?? {};
      if (errorMessage !== '') diag.warn(`the collector took only a part: ${errorMessage}`);
    } catch {
      // An answer that cannot be read is no reason to send again.
    }
  }
}
