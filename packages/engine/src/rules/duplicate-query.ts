import { duplicateAdvice } from '../advice/repeats.ts';
import { changesOf } from '../calls/changes.ts';
import type { Changes } from '../calls/changes.ts';
import { stampedesOf } from '../calls/stampedes.ts';
import { callSiteOf } from '../call-site.ts';
import { timingOnPath } from '../critical-path.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import { timingOf } from '../intervals.ts';
import type { QueryShape } from '../sql/statement.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding, Span } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeName, placeOf } from './place.ts';
import { queryKindsOf } from './query-kinds.ts';
import { spansOfResolverLoops } from './resolver-loops.ts';
import { nothingFound } from './rule.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';
import { orderWords } from './words.ts';

const name = 'duplicate-query';

/**
 * Fires when a read is sent again with the same known parameters, from wherever, although nothing
 * in the trace has written to its tables in between and no transaction began or ended. Locking
 * reads and reads of volatile functions may be meant to run again. What nobody can read (a call of
 * a procedure, a text that was cut off) counts as a write to every table; a trace that was cut may
 * lack the write, so that nothing is said about it.
 *
 * Reads of one shape from one place are one finding, whose `repeats` are all reads of the rows that
 * were read more than once, the first included. Saving: the wall time less the slowest of each.
 */
export const duplicateQuery: Rule = {
  name,
  title: 'Duplicate query',
  isAboutRepeats: true,
  firesWhen:
    'The same read with the same parameters runs at least `minDuplicates` times in one request, from one place or several, with no write to its tables and no border of a transaction in between.',
  judge(trace, context) {
    const { explain } = context.options;
    if (trace.queries.length < 2) return nothingFound;
    const { alike } = queryKindsOf(trace);
    if (alike.length === 0) {
      return explain ? { findings: [], nearest: unknownParameters(trace) } : nothingFound;
    }
    if (context.isCut)
      return stopped(alike[0]!, 'but the trace was cut and may lack a write', context);
    const runs = runsOf(trace, alike, context);
    if (runs.length === 0)
      return stopped(alike[0]!, reasonAgainst(trace, alike[0]!, context), context);
    const problems = groupBy(runs, (run) => problemOf(trace, run));
    const findings = [...problems.values()].map((same) => finding(same, trace, context));
    return { findings, nearest: null };
  },
};

/** Reads that asked the same, between two changes. */
type Run = readonly Query[];

function runsOf(trace: Trace, alike: readonly Run[], { options }: RuleContext): Run[] {
  const { minDuplicates, minRepeats, minStampede } = options;
  const elsewhere = new Set<Span>(spansOfResolverLoops(trace, minRepeats));
  for (const { loads } of stampedesOf(trace, minStampede))
    for (const one of loads) elsewhere.add(one);
  const changes = changesOf(trace);
  return alike.flatMap((same) => {
    if (!mayBeSkipped(same[0]!.statement.shape)) return [];
    const reads = same.filter(({ span }) => !elsewhere.has(span));
    return runsBetween(reads, changes).filter((run) => run.length >= minDuplicates);
  });
}

/** False for reads that take locks and for those whose answer is never the same. */
function mayBeSkipped({ reads, locks, isVolatile }: QueryShape): boolean {
  return reads.length > 0 && !locks && !isVolatile;
}

/** Reads with nothing changed between one and the next. */
function runsBetween(reads: Run, changes: Changes): Query[][] {
  const [first, ...more] = reads;
  if (first === undefined) return [];
  const isChanged = changes(first.statement.shape);
  let run = [first];
  const runs = [run];
  for (const read of more) {
    if (isChanged(run.at(-1)!.span, read.span)) runs.push((run = [read]));
    else run.push(read);
  }
  return runs;
}

function problemOf(trace: Trace, run: Run): string {
  const place = placeOf(
    trace,
    run.map(({ span }) => span),
  );
  return `${run[0]!.statement.shape.hash} ${placeName(place)}`;
}

function finding(runs: readonly Run[], trace: Trace, context: RuleContext): Finding {
  const reads = inOrderOfStart(runs.flat());
  const spans = reads.map(({ span }) => span);
  const { shape } = reads[0]!.statement;
  const { costMs, isParallel } = timingOnPath(trace, spans);
  let neededMs = 0;
  for (const run of runs) neededMs += timingOf(run.map(({ span }) => span)).slowestMs;
  const place = placeOf(trace, spans);
  const sites = new Set(spans.flatMap((span) => siteText(span) ?? []));
  const places = sites.size > 1 ? `, from ${sites.size} places` : '';
  const same = runs.length === 1 ? 'the same parameters' : `${runs.length} sets of parameters`;
  return findingOf(trace, context, {
    rule: name,
    message: `${shape.summary} ran ${spans.length} times with ${same} in one request${orderWords(isParallel)}${places}`,
    confidence: 'high',
    spans,
    repeats: spans.length,
    shape: shape.text,
    summary: shape.summary,
    ...place,
    parallel: isParallel,
    costMs,
    savingMs: Math.max(0, costMs - neededMs),
    advice: duplicateAdvice({
      summary: shape.summary,
      repeats: spans.length,
      callSite: place.callSite,
    }),
  });
}

function siteText({ attributes }: Span): string | null {
  const site = callSiteOf(attributes);
  return site === null ? null : `${site.file} ${site.function ?? ''}`;
}

function stopped(
  [first, ...more]: Run,
  reason: string,
  { options }: RuleContext,
): ReturnType<Rule['judge']> {
  if (!options.explain) return nothingFound;
  const { summary } = first!.statement.shape;
  const text = `${summary} ran ${more.length + 1} times with the same parameters, ${reason}`;
  return { findings: [], nearest: { rule: name, text } };
}

function reasonAgainst(trace: Trace, same: Run, { options }: RuleContext): string {
  const { shape } = same[0]!.statement;
  if (shape.locks) return 'but it takes locks';
  if (shape.isVolatile) return 'but it calls a function whose answer may differ';
  if (shape.reads.length === 0) return 'but it reads no table';
  if (same.length < options.minDuplicates) return `below minDuplicates ${options.minDuplicates}`;
  const runs = runsBetween(same, changesOf(trace));
  if (runs.length > 1) return 'but a write or the border of a transaction lies between';
  return 'but another rule reports them';
}

function unknownParameters(trace: Trace): NearMiss | null {
  const { kindOf } = queryKindsOf(trace);
  const unknown = trace.queries.filter((query) => kindOf(query) === 'unknown');
  const [most] = [...groupBy(unknown, ({ statement }) => statement.shape).values()].sort(
    (a, b) => b.length - a.length,
  );
  if (most === undefined) return null;
  const { summary } = most[0]!.statement.shape;
  const text = `${summary} ran ${most.length} times, but whether with the same parameters is unknown`;
  return { rule: name, text };
}
