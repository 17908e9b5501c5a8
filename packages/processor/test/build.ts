import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanKind } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, Sampler, SpanProcessor } from '@opentelemetry/sdk-trace';
import { noteParameters, SpandrelProcessor } from '../src/index.ts';
import type { ExportResult, FindingEvent, SpandrelProcessorConfig } from '../src/index.ts';

export const startMs = 1_700_000_000_000;
export const pgScope = '@opentelemetry/instrumentation-pg';
export const httpScope = '@opentelemetry/instrumentation-http';
const server = 1;
const client = 2;

type Done = (result: ExportResult) => void;

/** Takes every batch, unless `answer` does something else with it. */
export class FakeExporter {
  readonly batches: ReadableSpan[][] = [];
  running = 0;
  mostRunning = 0;
  shutdowns = 0;
  flushes = 0;
  answer: (done: Done, batch: ReadableSpan[]) => unknown = (done) => done({ code: 0 });

  export(batch: ReadableSpan[], done: Done): unknown {
    this.batches.push([...batch]);
    this.running++;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    return this.answer((result) => {
      this.running--;
      done(result);
    }, batch);
  }

  get spans(): ReadableSpan[] {
    return this.batches.flat();
  }

  named(name: string): ReadableSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  forceFlush(): Promise<void> {
    this.flushes++;
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.shutdowns++;
    return Promise.resolve();
  }
}

class Reader extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Counts the sampled spans that ended, so that they can be compared with what became of them. */
class EndedCounter implements SpanProcessor {
  sampled = 0;
  all = 0;

  onStart(): void {
    // Only ends count.
  }

  onEnd(span: ReadableSpan): void {
    this.all++;
    if ((span.spanContext().traceFlags & 1) !== 0) this.sampled++;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

export interface RigConfig extends Omit<SpandrelProcessorConfig, 'exporter' | 'meterProvider'> {
  /** Without it, spans are judged and not exported. */
  readonly exports?: boolean;
  readonly sampler?: Sampler;
  readonly resource?: ReturnType<typeof resourceFromAttributes>;
  /** Changes what the SDK sees of the processor. */
  readonly seenAs?: (processor: SpandrelProcessor) => SpanProcessor;
}

/** The processor in a real SDK, with a fake exporter and a clock that moves only when told to. */
export function aRig(config: RigConfig = {}) {
  const { exports = true, sampler, resource, seenAs, ...options } = config;
  const exporter = new FakeExporter();
  const findings: FindingEvent[] = [];
  const troubles: string[] = [];
  const clock = { nowMs: startMs };
  const reader = new Reader();
  const processor = new SpandrelProcessor({
    onFinding: (event) => findings.push(event),
    onTrouble: (message) => troubles.push(message),
    now: () => clock.nowMs,
    // What a request used is never the same twice.
    measureRequests: false,
    ...options,
    meterProvider: new MeterProvider({ readers: [reader] }),
    ...(exports ? { exporter: exporter as never } : {}),
  });
  const ended = new EndedCounter();
  const seen = seenAs?.(processor) ?? (processor as never as SpanProcessor);
  const provider = new TracerProvider({
    resource: resource ?? resourceFromAttributes({ 'service.name': 'orders' }),
    spanProcessors: [seen, ended],
    ...(sampler === undefined ? {} : { sampler }),
  });
  const tracer = (scope: string) => provider.getTracer(scope);
  return {
    processor,
    provider,
    exporter,
    findings,
    troubles,
    clock,
    ended,
    tracer,
    /** Points of all metrics, by name. */
    async metrics() {
      const { resourceMetrics } = await reader.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics: some }) => some);
      return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
    },
    /** Spans that wait for a verdict, as the processor's own metric says. */
    async held(): Promise<number> {
      const points = (await this.metrics()).get('spandrel.self.spans.held')?.dataPoints ?? [];
      return (points[0]?.value as number | undefined) ?? 0;
    },
    /** Every sampled span that ended is exported or dropped for one reason; nothing is held. */
    async account() {
      await processor.forceFlush();
      const dropped = Object.values(processor.counts.droppedSpans).reduce((a, b) => a + b, 0);
      return {
        ended: ended.sampled,
        accounted: processor.counts.exportedSpans + dropped,
        held: await this.held(),
        exportedTwice: exporter.spans.length - new Set(exporter.spans).size,
      };
    },
  };
}

export type Rig = ReturnType<typeof aRig>;

export interface SpanTimes {
  /** Since the rig's start. */
  readonly atMs?: number;
  readonly tookMs?: number;
}

export interface SpanShape extends SpanTimes {
  readonly scope?: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  readonly links?: Link[];
  /** A query's parameters, told as a request hook does; left out, nobody tells. */
  readonly values?: unknown;
}

/** A span that is open, and the context under which its children start. */
export class OpenSpan {
  readonly span: Span;
  readonly context: Context;
  readonly #rig: Rig;
  readonly #atMs: number;
  readonly #tookMs: number;
  #cursorMs: number;

  constructor(rig: Rig, name: string, shape: SpanShape, parent: Context) {
    this.#rig = rig;
    this.#atMs = shape.atMs ?? 0;
    this.#tookMs = shape.tookMs ?? 1;
    this.#cursorMs = this.#atMs;
    const { scope = 'app', kind = 0, attributes = {}, links } = shape;
    this.span = rig.tracer(scope).startSpan(
      name,
      {
        kind,
        attributes,
        startTime: startMs + this.#atMs,
        ...(links === undefined ? {} : { links }),
      },
      parent,
    );
    this.context = trace.setSpan(parent, this.span);
  }

  /** A child, open; it starts where the last query ended. */
  child(name: string, shape: SpanShape = {}): OpenSpan {
    return new OpenSpan(this.#rig, name, { atMs: this.#cursorMs, ...shape }, this.context);
  }

  /** A query that runs and ends, one after another unless `atMs` says otherwise. */
  query(text: string, shape: SpanShape = {}): Span {
    const { tookMs = 1, attributes } = shape;
    const query = this.child(`pg.query:${text.trim().split(' ', 1)[0]!.toUpperCase()} shop`, {
      scope: pgScope,
      kind: client,
      ...shape,
      tookMs,
      attributes: { ...postgresAttributes, 'db.query.text': text, ...attributes },
    });
    if ('values' in shape) noteParameters(query.span, shape.values);
    query.end();
    this.#cursorMs += tookMs;
    return query.span;
  }

  queries(count: number, text: string, shape: SpanShape = {}): Span[] {
    return Array.from({ length: count }, () => this.query(text, shape));
  }

  end(tookMs?: number): void {
    const lastsMs = tookMs ?? Math.max(this.#tookMs, this.#cursorMs - this.#atMs);
    this.span.end(startMs + this.#atMs + lastsMs);
  }
}

export const postgresAttributes = {
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'server.address': '127.0.0.1',
  'server.port': 5432,
};

/** A request's local root, open. */
export function aRequest(rig: Rig, route: string, shape: SpanShape = {}): OpenSpan {
  return new OpenSpan(rig, `GET ${route}`, requestShape(route, shape), ROOT_CONTEXT);
}

/** A request of another process, or of this one to itself: its parent is remote. */
export function aRemoteRequest(rig: Rig, route: string, from: Span, shape: SpanShape = {}) {
  const remote = trace.setSpanContext(ROOT_CONTEXT, { ...from.spanContext(), isRemote: true });
  return new OpenSpan(rig, `GET ${route}`, requestShape(route, shape), remote);
}

function requestShape(route: string, shape: SpanShape): SpanShape {
  return {
    scope: httpScope,
    kind: server,
    ...shape,
    attributes: { 'http.request.method': 'GET', 'http.route': route, ...shape.attributes },
  };
}

/** Whole numbers below `below`, the same again for the same seed. */
export function aRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Like an SDK 2.0: it does not tell that a span is ending. */
export function withoutOnEnding(processor: SpandrelProcessor): SpanProcessor {
  return {
    onStart: (span, context) => processor.onStart(span as never, context),
    onEnd: (span) => processor.onEnd(span as never),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}
