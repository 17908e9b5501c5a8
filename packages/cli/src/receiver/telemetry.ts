import type { Analyzer, Report, Transport } from '@spandrel/engine';
import { Forwarder } from './forwarder.ts';
import { Losses } from './losses.ts';
import type { Receiver } from './receiver.ts';
import { startReceiver } from './receiver.ts';
import { SelfReportedDrops } from './self-metrics.ts';
import { Failure } from '../failure.ts';

export interface TelemetryOptions {
  readonly port: number;
  readonly forwardTo: URL | undefined;
  readonly forwardHeaders?: Readonly<Record<string, string>>;
  readonly analyzer: Pick<Analyzer, 'add' | 'tick' | 'finish' | 'report'>;
  /** Told once for each kind of loss; the count comes with the report. */
  readonly warn: (line: string) => void;
}

const tickMs = 500;
const forwardDeadlineMs = 5000;

/**
 * Everything a command hears: receives, judges, sends on, and counts what was lost on the way.
 * Reasons counted here are requests, not spans.
 */
export class Telemetry {
  readonly #options: TelemetryOptions;
  readonly #losses = new Losses();
  readonly #selfReported = new SelfReportedDrops();
  readonly #forwarder: Forwarder | undefined;
  #receiver: Receiver | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #exported = { spans: 0, batches: 0 };
  #isJudging = true;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    const { forwardTo, forwardHeaders: headers } = options;
    this.#forwarder =
      forwardTo &&
      new Forwarder(forwardTo, {
        headers,
        onFailure: (message) => this.#lost('forward_failed', `could not send on to ${message}`),
      });
  }

  /** Starts to listen; gives the address. Throws `Failure` when the port cannot be had. */
  async start(): Promise<string> {
    const { port, analyzer, forwardTo } = this.#options;
    this.#receiver = await startReceiver(port, {
      traces: (resources) => {
        if (!this.#isJudging) return;
        this.#exported.batches += 1;
        for (const { service, spans } of resources) {
          this.#exported.spans += spans.length;
          analyzer.add(service, spans, Date.now());
        }
      },
      metrics: (metrics) => this.#selfReported.read(metrics),
      accepted: (request) => this.#forwarder?.send(request),
      refused: (reason, message) =>
        this.#lost(reason, `the receiver refused a request: ${message}`),
    }).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`;
      throw new Failure(`--port ${port} ${why} on 127.0.0.1: choose another, or 0 for a free one`);
    });
    const { url } = this.#receiver;
    if (forwardTo !== undefined && isSameAddress(forwardTo, url)) {
      throw new Failure(
        `OTEL_EXPORTER_OTLP_ENDPOINT ${forwardTo.href} is the receiver of this very command`,
      );
    }
    this.#ticking = setInterval(() => analyzer.tick(Date.now()), tickMs);
    return url;
  }

  /** Judges what is held and gives the account. Spans that come later are still sent on. */
  async report(): Promise<Report> {
    clearInterval(this.#ticking);
    this.#isJudging = false;
    if (this.#receiver !== undefined) this.#options.analyzer.finish(Date.now());
    await this.#forwarder?.settle(forwardDeadlineMs);
    return this.#options.analyzer.report(Date.now(), this.#transport());
  }

  /** The account so far; what is held is not judged yet. */
  soFar(): Report {
    return this.#options.analyzer.report(Date.now(), this.#transport());
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    await this.#receiver?.close();
    this.#forwarder?.close();
  }

  #lost(reason: string, message: string): void {
    if (this.#losses.add(reason)) this.#options.warn(message);
  }

  #transport(): Transport {
    const dropped = this.#selfReported.totals();
    for (const [reason, requests] of this.#losses.entries()) {
      dropped.reasons[reason] = (dropped.reasons[reason] ?? 0) + requests;
    }
    return { exported: { ...this.#exported }, dropped };
  }
}

function isSameAddress(target: URL, receiverUrl: string): boolean {
  const isHere = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0'].includes(target.hostname);
  return isHere && target.port === new URL(receiverUrl).port;
}
