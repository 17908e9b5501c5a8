import { httpBatchAdvice } from '../advice/http.ts';
import { inWords } from '../advice/advice.ts';
import { withoutBatched } from '../calls/batches.ts';
import {
  areSameUrl,
  arePages,
  isGraphql,
  isPlural,
  isUnfinished,
  slugTemplateOf,
} from '../calls/http-kinds.ts';
import type { HttpCall } from '../calls/http.ts';
import { stampedesOf } from '../calls/stampedes.ts';
import { groupBy } from '../group-by.ts';
import { retryChainsOf } from '../calls/retries.ts';
import type { Trace } from '../trace.ts';
import type { Confidence, Finding, Span } from '../types.ts';
import { groupsUnderAncestors, sameCalls } from './call-groups.ts';
import type { CallGroup } from './call-groups.ts';
import { findingOf } from './finding.ts';
import { loopsOf } from './loops.ts';
import type { Loop } from './loops.ts';
import { spansOfResolverLoops } from './resolver-loops.ts';
import { orderWords } from './words.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'n-plus-one-http';

/**
 * Fires when one place sends calls of one method, host and templated path at least `minRepeats`
 * times under one ancestor, in any order. Names count as keys only behind a word in plural
 * (`/users/alice`), only where the paths differ, and with low confidence.
 *
 * Not counted: calls that failed (`retry-storm` and `error-burst` do) or were not ready yet, queries
 * that only choose a page, what a DataLoader batched, resolvers of one field
 * (`graphql-resolver-loop`), and loads of a `cache-stampede`. The query string is no part of the
 * path, so `/users?id=1` and `/users?id=2` are one template.
 */
export const nPlusOneHttp: Rule = {
  name,
  title: 'N+1 HTTP calls',
  isAboutRepeats: true,
  firesWhen:
    'One place sends the same HTTP call (method, host and templated path) at least `minRepeats` times under one ancestor, in any order; pages, failures and batches do not count.',
  judge(trace, context) {
    const { minRepeats, explain } = context.options;
    // Most traces end here, and nothing above has been computed for them.
    if (!explain && trace.httpCalls.length < minRepeats) return { findings: [], nearest: null };
    const calls = countedCalls(trace, context);
    const groups = [...templateGroups(trace, calls, minRepeats)];
    const taken = new Set(groups.flatMap((group) => group.calls));
    const exact = groups.filter((group) => !arePages(group.calls));
    const rest = calls.filter((call) => !taken.has(call));
    const bySlug = slugGroups(trace, rest, minRepeats);
    if (exact.length + bySlug.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(trace, calls, context) : null };
    }
    const findings = [
      ...loopsOf(trace, exact).map((loop) =>
        finding(loop, loop.calls[0]!.template, trace, context),
      ),
      ...loopsOf(trace, bySlug).map((loop) =>
        finding(loop, slugKey(loop.calls[0]!), trace, context),
      ),
    ];
    return { findings, nearest: null };
  },
};

function countedCalls(trace: Trace, { options }: RuleContext): readonly HttpCall[] {
  const { minRepeats, minStampede, minErrors } = options;
  const elsewhere = new Set<Span>(spansOfResolverLoops(trace, minRepeats));
  for (const { loads } of stampedesOf(trace, minStampede))
    for (const one of loads) elsewhere.add(one);
  for (const span of spansLeftToErrors(trace, minErrors)) elsewhere.add(span);
  const single = trace.httpCalls.filter((call) => !isUnfinished(call) && !elsewhere.has(call.span));
  return withoutBatched(trace, single, ({ template }) => template);
}

/** Attempts that were tried again count once; many failures of one operation are a burst. */
function spansLeftToErrors(trace: Trace, minErrors: number): Span[] {
  if (!trace.hasFailures) return [];
  const triedAgain = retryChainsOf(trace).flatMap(({ attempts }) => attempts.slice(0, -1));
  const failed = groupBy(
    trace.httpCalls.filter((call) => call.hasFailed),
    ({ template }) => template,
  );
  const bursts = [...failed.values()].filter(({ length }) => length >= minErrors).flat();
  return [...triedAgain, ...bursts].map(({ span }) => span);
}

function templateGroups(
  trace: Trace,
  calls: readonly HttpCall[],
  least: number,
): CallGroup<HttpCall>[] {
  const sets = sameCalls(calls, (call) => operationOf(trace, call), least);
  return groupsUnderAncestors(trace, sets, least);
}

/** SDKs send many operations to one URL; their own span above the call tells them apart. */
function operationOf(trace: Trace, { span, template }: HttpCall): string {
  const above = trace.parentOf(span)?.attributes['rpc.method'];
  return typeof above === 'string' ? `${template} ${above}` : template;
}

function slugGroups(
  trace: Trace,
  calls: readonly HttpCall[],
  least: number,
): CallGroup<HttpCall>[] {
  if (calls.length < least) return [];
  const named = calls.filter((call) => slugTemplateOf(call) !== undefined);
  const sets = sameCalls(named, slugKey, least);
  return groupsUnderAncestors(trace, sets, least).filter(({ calls: same }) => areKeys(same, least));
}

function slugKey(call: HttpCall): string {
  return slugTemplateOf(call)?.template ?? call.template;
}

/** A loop asks for another name each time; and names that are plurals themselves are collections. */
function areKeys(calls: readonly HttpCall[], least: number): boolean {
  const paths = new Set(calls.map(({ sentPath }) => sentPath));
  const slugs = new Set(calls.flatMap((call) => slugTemplateOf(call)?.slugs ?? []));
  const plurals = [...slugs].filter(isPlural);
  return paths.size >= least && plurals.length * 2 < slugs.size;
}

function finding(
  loop: Loop<HttpCall>,
  template: string,
  trace: Trace,
  context: RuleContext,
): Finding {
  const { calls, spans, callSite, callers, ancestor, isParallel, costMs, savingMs } = loop;
  const count = `${spans.length} times in one request${orderWords(isParallel)}`;
  const isSame = areSameUrl(calls);
  const { method, host } = calls[0]!;
  return findingOf(trace, context, {
    rule: name,
    message: isSame
      ? `${template} was called ${count}, with the same URL each time`
      : `${template} was called ${count}`,
    confidence: confidenceIn(calls, template),
    spans,
    repeats: spans.length,
    shape: template,
    summary: template,
    callSite,
    callers,
    ancestor,
    parallel: isParallel,
    costMs,
    savingMs,
    advice: isSame ? hoistAdvice : httpBatchAdvice({ method, host, template }),
  });
}

/** Different paths are different keys; equal ones may differ in what the span does not hold. */
function confidenceIn(calls: readonly HttpCall[], template: string): Confidence {
  const [first] = calls;
  if (isGraphql(first!) || template !== first!.template) return 'low';
  return calls.some(({ sentPath }) => sentPath !== first!.sentPath) ? 'high' : 'medium';
}

const hoistAdvice = inWords(
  'Call it once before the loop and hand the answer on, or keep it in a cache.',
);

function nearMiss(trace: Trace, calls: readonly HttpCall[], context: RuleContext): NearMiss | null {
  const { minRepeats } = context.options;
  const most = mostOf(trace.httpCalls);
  if (most === undefined || most.length < 2) return null;
  const { template } = most[0]!;
  const counted = calls.filter((call) => call.template === template);
  const reason = arePages(most)
    ? 'but their queries only choose a page'
    : most.length < minRepeats
      ? `below minRepeats ${minRepeats}`
      : counted.length < minRepeats
        ? `but only ${counted.length} of them count (what was tried again, batched or is reported otherwise does not), below minRepeats ${minRepeats}`
        : `but not from one place or to one server, below minRepeats ${minRepeats}`;
  return { rule: name, text: `${template} was called ${most.length} times, ${reason}` };
}

function mostOf(calls: readonly HttpCall[]): readonly HttpCall[] | undefined {
  const groups = [...groupBy(calls, ({ template }) => template).values()];
  return groups.sort((a, b) => b.length - a.length)[0];
}
