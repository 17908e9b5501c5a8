import { statementText } from '@spandrel/engine';
import type { OpenTrace, Statement } from '@spandrel/engine';
import { CallNotes, isPoolAcquire } from './call-sites.ts';
import type { CallSites } from './call-sites.ts';
import type { EndedSpan, LiveSpan } from './sdk.ts';
import { notesOf } from './trace-notes.ts';
import type { TraceNotes } from './trace-notes.ts';

type Trace = OpenTrace<EndedSpan, TraceNotes>;

const clientKind = 2;
const bulkyCharacters = 100_000;

/** What is asked of a call's text when it ends. */
export interface CallTexts {
  statementOf(span: EndedSpan): Statement | undefined;
  /** Notes on the span what its query string or key, which will not leave, tells. */
  noteHidden(span: EndedSpan): void;
}

/** Counts the calls of open traces by what they have in common, and sees to their stacks. */
export class TraceCalls {
  readonly #sites: CallSites | undefined;
  readonly #texts: CallTexts;
  /** No stacks are taken while it is true. */
  isPaused = false;

  constructor(sites: CallSites | undefined, texts: CallTexts) {
    this.#sites = sites;
    this.#texts = texts;
  }

  onStart(span: LiveSpan, trace: Trace): void {
    if (this.isPaused) return;
    const isSteady = this.#sites?.steady.has;
    this.#sites?.onStart(span, (notesOf(trace).calls ??= new CallNotes(isSteady)));
  }

  /** Any child has ended, a call or not; `trace` is undefined where none is open for it. */
  onEnd(span: EndedSpan, trace: Trace | undefined): void {
    const sites = this.isPaused ? undefined : this.#sites;
    if (isPoolAcquire(span)) return sites?.onAcquireEnd(span, trace?.notes?.calls);
    const statement = isBulky(span) ? undefined : this.#texts.statementOf(span);
    const shape = statement?.shape;
    if (shape === undefined && span.kind === clientKind) this.#texts.noteHidden(span);
    if (trace === undefined) return;
    if (sites !== undefined && span.kind === clientKind) {
      if (trace.notes?.calls !== undefined) sites.onEnd(span, shape, trace.notes.calls);
    } else if (shape?.kind === 'query') {
      (notesOf(trace).calls ??= new CallNotes()).queries.count(shape, false);
    }
    const queries = trace.notes?.calls?.queries;
    if (statement !== undefined && queries?.hasInlineValues === false) {
      queries.hasInlineValues = holdsValues(statement, span);
    }
  }
}

/** Texts of megabytes are bulk writes, and not remembered: they are read when judged, and no sooner. */
function isBulky({ attributes }: EndedSpan): boolean {
  const text = statementText(attributes);
  return text !== undefined && text.length > bulkyCharacters;
}

/** What stands in a statement's text does not leave: a hash of it has to. */
function holdsValues({ shape, exportText }: Statement, { attributes }: EndedSpan): boolean {
  return shape.hasValues && exportText !== statementText(attributes);
}
