import { redactAddress } from '@spandrel/engine';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { OtlpRequest } from './receiver.ts';

export interface ForwarderOptions {
  /** Bodies waiting beyond this many bytes are given up, newest first. */
  readonly maxQueuedBytes?: number;
  /** How long one request may take. */
  readonly timeoutMs?: number;
  /** Of every request, beside those it came with. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told of every request that did not arrive; `message` is the address and the cause. */
  readonly onFailure: (message: string) => void;
}

const maxConcurrent = 2;

/**
 * Sends OTLP requests on, byte for byte, to `base` + their path. Never blocks and never throws:
 * what cannot be sent is given up and told once per request. No retries.
 */
export class Forwarder {
  readonly #base: string;
  /** The same, fit to be printed: without credentials. */
  readonly #shown: string;
  readonly #maxQueuedBytes: number;
  readonly #timeoutMs: number;
  readonly #onFailure: (message: string) => void;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #queue: OtlpRequest[] = [];
  #queuedBytes = 0;
  #active = 0;
  #whenIdle: (() => void) | undefined;
  #isClosed = false;

  constructor(base: URL, options: ForwarderOptions) {
    this.#base = base.href.replace(/\/+$/, '');
    this.#shown = redactAddress(this.#base);
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 32 * 1024 * 1024;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#onFailure = options.onFailure;
    this.#headers = options.headers ?? {};
    const agentOptions = { keepAlive: true, maxSockets: maxConcurrent };
    const isTls = base.protocol === 'https:';
    this.#agent = isTls ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  }

  send(request: OtlpRequest): void {
    if (this.#isClosed) return;
    if (this.#queuedBytes + request.body.length > this.#maxQueuedBytes) {
      this.#onFailure(`${this.#shown}: it is too slow, ${this.#queuedBytes} bytes are waiting`);
      return;
    }
    this.#queue.push(request);
    this.#queuedBytes += request.body.length;
    this.#pump();
  }

  /** Waits until everything is sent, at most `deadlineMs`; then gives up what still waits. */
  async settle(deadlineMs: number): Promise<void> {
    if (this.#active > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
        timer = setTimeout(resolve, deadlineMs);
      });
      clearTimeout(timer);
    }
    const late = this.#active + this.#queue.length;
    for (const { body } of this.#queue.splice(0)) this.#queuedBytes -= body.length;
    for (let given = 0; given < late; given += 1) this.#onFailure(`${this.#shown}: it is too slow`);
  }

  /** Ends what is under way. Nothing is told any more. */
  close(): void {
    this.#isClosed = true;
    this.#queue.length = 0;
    this.#agent.destroy();
  }

  #pump(): void {
    while (this.#active < maxConcurrent && this.#queue.length > 0) {
      const next = this.#queue.shift()!;
      this.#active += 1;
      void this.#deliver(next).then((failure) => {
        this.#active -= 1;
        this.#queuedBytes -= next.body.length;
        if (failure !== undefined && !this.#isClosed) {
          this.#onFailure(`${this.#shown}${next.path}: ${failure}`);
        }
        this.#pump();
        if (this.#active === 0) this.#whenIdle?.();
      });
    }
  }

  /** Undefined when it arrived, else why not. */
  #deliver({ path, contentType, contentEncoding, body }: OtlpRequest): Promise<string | undefined> {
    const target = this.#base + path;
    const request = target.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const sending = request(target, {
        method: 'POST',
        agent: this.#agent,
        signal: AbortSignal.timeout(this.#timeoutMs),
        headers: {
          ...this.#headers,
          'content-type': contentType,
          'content-length': body.length,
          ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
        },
      });
      sending.on('response', (response) => {
        const status = response.statusCode ?? 0;
        response.on('error', () => {}).resume();
        response.on('close', () =>
          resolve(status >= 200 && status < 300 ? undefined : `HTTP ${status}`),
        );
      });
      sending.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      sending.end(body);
    });
  }
}
