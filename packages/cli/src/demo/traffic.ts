import { Agent, request } from 'node:http';

export interface PlannedRequest {
  readonly method: string;
  /** At least one; sent in turn, beginning with the first. */
  readonly paths: readonly string[];
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How often it comes, relative to the others of its phase. */
  readonly weight: number;
}

export interface Phase {
  readonly name: string;
  readonly requests: readonly PlannedRequest[];
}

export interface TrafficOptions {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly concurrency: number;
  /** After this long nothing new is sent, once every request of the phase was sent once. */
  readonly durationMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds on any steady clock. */
  readonly now: () => number;
  readonly onRequest?: (sent: number) => void;
}

export interface PhaseResult {
  readonly name: string;
  readonly requests: number;
  /** Answered with 400 and above, or not at all. */
  readonly failures: number;
  /** Method, path and what went wrong; null without failures. */
  readonly firstFailure: string | null;
  readonly durationMs: number;
}

const requestTimeoutMs = 30_000;

/**
 * Sends a phase's requests over kept connections, each once in order and then by weight, evenly
 * mixed and without chance. Ends early, without an error, when `signal` is aborted.
 */
export async function drivePhase(phase: Phase, options: TrafficOptions): Promise<PhaseResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency });
  const start = options.now();
  const order = requestOrder(phase.requests);
  const sentOf = new Map<PlannedRequest, number>();
  let requests = 0;
  let failures = 0;
  let firstFailure: string | null = null;

  const isOver = () =>
    options.signal.aborted ||
    (requests >= phase.requests.length && options.now() - start >= options.durationMs);

  async function user(): Promise<void> {
    while (!isOver()) {
      const planned = order.next().value;
      requests += 1;
      options.onRequest?.(requests);
      const sent = sentOf.get(planned) ?? 0;
      sentOf.set(planned, sent + 1);
      const path = pathInTurn(planned, sent);
      const failure = await send(planned, path, agent, options);
      if (failure === undefined || options.signal.aborted) continue;
      failures += 1;
      firstFailure ??= `${planned.method} ${path}: ${failure}`;
    }
  }

  try {
    await Promise.all(Array.from({ length: options.concurrency }, user));
  } finally {
    agent.destroy();
  }
  const durationMs = options.now() - start;
  return { name: phase.name, requests, failures, firstFailure, durationMs };
}

/** The path of a request that was sent `sent` times before. */
function pathInTurn({ paths }: PlannedRequest, sent: number): string {
  return paths[sent % paths.length]!;
}

/**
 * Endless: each request once, then smooth weighted round robin (as nginx balances), each beginning
 * at another point of its turn, so that seldom ones do not come all together.
 */
export function* requestOrder(
  requests: readonly PlannedRequest[],
): Generator<PlannedRequest, never, void> {
  yield* requests;
  const total = requests.reduce((sum, { weight }) => sum + weight, 0);
  const credit = requests.map((_, index) => (index * total) / requests.length);
  for (;;) {
    let best = 0;
    for (const [index, { weight }] of requests.entries()) {
      credit[index]! += weight;
      if (credit[index]! > credit[best]!) best = index;
    }
    credit[best]! -= total;
    yield requests[best]!;
  }
}

/** Undefined when it was answered well, else what went wrong. */
function send(
  { method, body }: PlannedRequest,
  path: string,
  agent: Agent,
  { baseUrl, headers, signal }: Pick<TrafficOptions, 'baseUrl' | 'headers' | 'signal'>,
): Promise<string | undefined> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve) => {
    const sending = request(new URL(path, baseUrl), {
      method,
      agent,
      signal,
      timeout: requestTimeoutMs,
      headers: { ...headers, ...(text !== undefined && { 'content-type': 'application/json' }) },
    });
    sending.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.on('error', (error) => resolve(error.message)).resume();
      response.on('end', () => resolve(status < 400 ? undefined : `HTTP ${status}`));
    });
    sending.on('timeout', () => sending.destroy(new Error(`no answer in ${requestTimeoutMs} ms`)));
    sending.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sending.end(text);
  });
}
