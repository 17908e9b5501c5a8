import { resolveEngineOptions } from '../src/options.ts';
import type { EngineOptions } from '../src/options.ts';
import { Judge } from '../src/judge.ts';
import type { Verdict } from '../src/judge.ts';
import { Trace } from '../src/trace.ts';
import { Statements } from '../src/sql/statements.ts';
import { SpanKind } from '../src/types.ts';
import type { Attributes, CallSite, Finding, Span } from '../src/types.ts';

/** A time in 2025: tests of time run where doubles are as coarse as in production. */
export const someDayMs = 1_753_800_000_000;

/** One ended span; whatever is not given is of no interest. */
export function aSpan(given: Partial<Span> = {}): Span {
  return {
    traceId: 'trace',
    spanId: 'span',
    parentSpanId: undefined,
    isLocalRoot: false,
    name: 'work',
    kind: SpanKind.internal,
    startMs: someDayMs,
    durationMs: 1,
    attributes: {},
    events: [],
    statusCode: 0,
    scope: '',
    ...given,
  };
}

export interface QueryWords {
  /** Id of the parent; default the root. */
  readonly under?: string;
  /** Time of one query; default 1. */
  readonly eachMs?: number;
  /** From the start of one to the start of the next; default `eachMs`: one after another. */
  readonly everyMs?: number;
  /** Start of the first, from the trace's start; default where the last queries ended. */
  readonly atMs?: number;
  readonly from?: Partial<CallSite>;
  readonly attributes?: Attributes;
}

/** A trace in the making: a root for `GET /meetings` and what is put under it. */
export class TraceBuilder {
  readonly root: Span;
  readonly #children: Span[] = [];
  #untilMs = 0;

  constructor(root: Partial<Span> = {}) {
    this.root = aSpan({
      spanId: 'root',
      isLocalRoot: true,
      name: 'GET',
      kind: SpanKind.server,
      durationMs: 500,
      attributes: { 'http.request.method': 'GET', 'http.route': '/meetings' },
      ...root,
    });
  }

  /** The root last, as spans arrive. */
  get spans(): Span[] {
    return [...this.#children, this.root];
  }

  withSpan(given: Partial<Span> & { readonly under?: string } = {}): this {
    const { under = 'root', ...span } = given;
    const spanId = given.spanId ?? `s${this.#children.length}`;
    const { traceId } = this.root;
    this.#children.push(aSpan({ traceId, parentSpanId: under, ...span, spanId }));
    return this;
  }

  withQueries(count: number, sql: string, words: QueryWords = {}): this {
    const { eachMs = 1, everyMs = eachMs, atMs = this.#untilMs, from } = words;
    for (let n = 0; n < count; n++) {
      this.withSpan({
        spanId: `q${this.#children.length}`,
        under: words.under ?? 'root',
        name: 'pg.query',
        kind: SpanKind.client,
        startMs: this.root.startMs + atMs + n * everyMs,
        durationMs: eachMs,
        attributes: {
          'db.system.name': 'postgresql',
          'db.query.text': sql,
          ...(from === undefined ? {} : siteAttributes(from)),
          ...words.attributes,
        },
      });
    }
    this.#untilMs = Math.max(this.#untilMs, atMs + (count - 1) * everyMs + eachMs);
    return this;
  }

  judged(options: EngineOptions = {}): Verdict {
    return new Judge(resolveEngineOptions(options)).judge(this.root, this.spans);
  }

  findings(options: EngineOptions = {}): readonly Finding[] {
    return this.judged(options).findings;
  }

  asTrace(): Trace {
    const statements = new Statements(resolveEngineOptions());
    return new Trace(this.root, this.spans, 'GET /meetings', statements);
  }
}

export function aTrace(root: Partial<Span> = {}): TraceBuilder {
  return new TraceBuilder(root);
}

export function siteAttributes(site: Partial<CallSite>): Attributes {
  return {
    'code.file.path': site.file ?? 'src/meetings.ts',
    'code.line.number': site.line ?? 12,
    'code.function.name': site.function ?? 'listMeetings',
  };
}

export const noteById = 'SELECT * FROM notes WHERE id = $1';
export const userById = 'SELECT * FROM users WHERE id = $1';
