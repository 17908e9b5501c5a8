import { serialAdvice } from '../advice/order.ts';
import { serialRunsOf } from '../calls/serial-runs.ts';
import { timingOnPath } from '../critical-path.ts';
import { parametersOf } from '../database.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import type { Trace } from '../trace.ts';
import type { Advice, Finding, Span } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeOf } from './place.ts';
import { isFromCache } from './query-kinds.ts';
import { nothingFound } from './rule.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';
import { durationWords } from './words.ts';

const name = 'serial-queries';

/** What running them together must save at least, of the time of the whole request. */
const leastShare = 0.1;
/** Where only the order speaks for it, the saving must be this large to be worth a look, … */
const enoughUnprovenMs = 100;
/** … or smaller, and then three tenths of the request. */
const leastUnprovenMs = 25;
const leastUnprovenShare = 0.3;

/**
 * Fires when at least `minSerialQueries` different reads run one after another under one parent,
 * are waited for, and none of them can have used another's answer: it holds no value, or its
 * parameters were at hand before the first began, as those of the first or of an earlier query.
 * Running them together must save `minSerialSavingMs` and a tenth of the request.
 *
 * Where parameters are unknown, independence is too: then only from 100 ms saved, or from 25 ms and
 * three tenths of the request, with low confidence. Control flow is on no span (a check whether the
 * row exists before the next read), hence medium where all is known. Not in a transaction, whose
 * connection runs one thing at a time; same shapes are `n-plus-one-query`'s and `duplicate-query`'s. Saving: the sum less the longest.
 */
export const serialQueries: Rule = {
  name,
  title: 'Serial queries',
  firesWhen:
    'At least `minSerialQueries` different reads that need nothing from each other are awaited one after another, and running them together would save `minSerialSavingMs` and a tenth of the request.',
  judge(trace, context) {
    const { minSerialQueries, explain } = context.options;
    if (trace.root === undefined || trace.queries.length < 2) return nothingFound;
    if (!explain && !mayPay(trace.queries, trace.root, context)) return nothingFound;
    const runs = serialRunsOf(trace, explain ? 2 : minSerialQueries);
    const candidates = runs
      .filter((run) => explain || isWorthALook(run, trace.root!, context))
      .map((run) => chosenFrom(trace, run, context))
      .filter((chosen) => explain || mayPay(chosen.queries, trace.root!, context, chosen.isProven))
      .map((chosen) => candidateOf(trace, chosen));
    const fit = context.isCut
      ? []
      : candidates.filter((one) => reasonAgainst(one, trace, context) === null);
    if (fit.length > 0) {
      return { findings: fit.map((one) => finding(one, trace, context)), nearest: null };
    }
    return explain ? { findings: [], nearest: nearMiss(candidates, trace, context) } : nothingFound;
  },
};

/** Cheap, and true for all runs that can be reported: nothing else is computed for the rest. */
function isWorthALook(run: readonly Query[], root: Span, context: RuleContext): boolean {
  if (!mayPay(run, root, context)) return false;
  if (mayPay(run, root, context, false)) return true;
  let known = 1;
  for (let at = 1; at < run.length; at++) if (parametersOf(run[at]!) !== null) known++;
  return known >= context.options.minSerialQueries;
}

function leastUnproven(
  { durationMs }: Span,
  { minSerialSavingMs }: RuleContext['options'],
): number {
  const leastMs = Math.max(leastUnprovenMs, leastUnprovenShare * durationMs);
  return Math.max(minSerialSavingMs, Math.min(enoughUnprovenMs, leastMs));
}

/** Whether the time of these queries, run together, would be enough less. */
function mayPay(
  run: readonly Query[],
  root: Span,
  { options }: RuleContext,
  isProven = true,
): boolean {
  let sumMs = 0;
  let longestMs = 0;
  for (const { span } of run) {
    sumMs += span.durationMs;
    longestMs = Math.max(longestMs, span.durationMs);
  }
  const leastMs = isProven
    ? Math.max(options.minSerialSavingMs, leastShare * root.durationMs)
    : Math.max(leastShare * root.durationMs, leastUnproven(root, options));
  return sumMs - longestMs >= leastMs;
}

/** Reads that may run together. */
interface Chosen {
  /** In order of start, each of another shape. */
  readonly queries: readonly Query[];
  readonly isProven: boolean;
}

/** The same, and what that would save. */
interface Candidate extends Chosen {
  readonly costMs: number;
  readonly savingMs: number;
}

/** The independent reads of a run where there are enough of them, else all. */
function chosenFrom(trace: Trace, run: readonly Query[], { options }: RuleContext): Chosen {
  const different = firstOfEach(run, options.minRepeats);
  const proven = independentAmong(trace, different);
  const isProven = proven.length >= options.minSerialQueries;
  // Known parameters that nobody had at hand came from an answer in between.
  const possible = different.filter(
    (query) => proven.includes(query) || parametersOf(query) === null,
  );
  return { queries: isProven ? proven : possible, isProven };
}

function candidateOf(trace: Trace, { queries, isProven }: Chosen): Candidate {
  if (queries.length === 0) return { queries, isProven, costMs: 0, savingMs: 0 };
  const { costMs, slowestMs } = timingOnPath(
    trace,
    queries.map(({ span }) => span),
  );
  return { queries, isProven, costMs, savingMs: Math.max(0, costMs - slowestMs) };
}

/** One query of each shape, without those that an ORM's cache answered and those of a loop. */
function firstOfEach(run: readonly Query[], minRepeats: number): Query[] {
  return [...groupBy(run, ({ statement }) => statement.shape).values()].flatMap((same) =>
    same.length < minRepeats && !isFromCache(same[0]!.span) ? [same[0]!] : [],
  );
}

/** Those that hold no value, or whose parameters were known before the first of them began. */
function independentAmong(trace: Trace, queries: readonly Query[]): Query[] {
  const [first] = queries;
  if (first === undefined) return [];
  const atHand = new Set<string | null>(['']);
  for (const query of trace.queries) {
    if (query === first || query.span.startMs < first.span.startMs) atHand.add(parametersOf(query));
  }
  atHand.delete(null);
  return queries.filter((query) => query === first || atHand.has(parametersOf(query)));
}

function reasonAgainst(
  { queries, isProven, savingMs }: Candidate,
  { root }: Trace,
  { options }: RuleContext,
): string | null {
  const { minSerialQueries, minSerialSavingMs } = options;
  if (queries.length < minSerialQueries) return `below minSerialQueries ${minSerialQueries}`;
  const saved = `but together they would save only ${durationWords(savingMs)}`;
  if (savingMs < minSerialSavingMs) return `${saved}, below minSerialSavingMs ${minSerialSavingMs}`;
  if (savingMs < leastShare * root!.durationMs) return `${saved}, below a tenth of the request`;
  const leastMs = leastUnproven(root!, options);
  if (!isProven && savingMs < leastMs) {
    return `but one may need another's answer, and ${saved.slice(4)}, below ${durationWords(leastMs)}`;
  }
  return null;
}

function finding(
  { queries, isProven, costMs, savingMs }: Candidate,
  trace: Trace,
  context: RuleContext,
): Finding {
  const spans = queries.map(({ span }) => span);
  const summaries = queries.map(({ statement }) => statement.shape.summary);
  const condition = isProven ? 'although none needs another' : 'and perhaps none needs another';
  return findingOf(trace, context, {
    rule: name,
    message: `${queries.length} queries (${listed(summaries)}) waited for each other, ${condition}`,
    confidence: isProven ? 'medium' : 'low',
    spans,
    repeats: queries.length,
    summary: listed(summaries),
    ...placeOf(trace, spans),
    parallel: false,
    costMs,
    savingMs,
    advice: adviceFor(summaries, isProven),
  });
}

/** The first five; a row may be long. */
function listed(summaries: readonly string[]): string {
  const more = summaries.length - 5;
  return summaries.slice(0, 5).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Where a key may be handed on, a JOIN is the other way out. */
function adviceFor(summaries: readonly string[], isProven: boolean): Advice {
  if (isProven) return serialAdvice({ summaries });
  const { text } = serialAdvice({ summaries, handsOnKey: true });
  return {
    text: `Where none needs the answer of another, start them together and wait once (Promise.all). Where one hands on a key: ${text}`,
    statement: null,
    proof: null,
  };
}

function nearMiss(
  candidates: readonly Candidate[],
  trace: Trace,
  context: RuleContext,
): NearMiss | null {
  const [best] = [...candidates].sort((a, b) => b.savingMs - a.savingMs);
  if (best === undefined || best.queries.length < 2) return null;
  const reason = context.isCut
    ? 'but the trace was cut and may lack what lies between'
    : reasonAgainst(best, trace, context);
  if (reason === null) return null;
  return { rule: name, text: `${best.queries.length} queries ran one after another, ${reason}` };
}
