import { timingOnPath } from '../critical-path.ts';
import { groupBy } from '../group-by.ts';
import type { Trace } from '../trace.ts';
import { SpanKind } from '../types.ts';
import type { Finding, Span } from '../types.ts';
import { groupsUnderAncestors, sameCalls } from './call-groups.ts';
import { findingOf } from './finding.ts';
import type { NearMiss, RuleContext } from './rule.ts';
import { orderWords } from './words.ts';

/** What one service did for one of its local roots, in a trace that spans services. */
export interface Part {
  readonly service: string;
  readonly trace: Trace;
}

/** A finding and the service that is to act on it. */
export interface ServiceFinding {
  readonly service: string;
  readonly finding: Finding;
}

/** A detector over all parts of a trace, for doors that see several services. */
export interface WholeTraceRule {
  readonly name: string;
  readonly title: string;
  readonly firesWhen: string;
  readonly judge: (
    parts: readonly Part[],
    contextOf: (part: Part) => RuleContext,
  ) => { readonly findings: readonly ServiceFinding[]; readonly nearest: readonly NearMiss[] };
}

const name = 'n-plus-one-remote';
/** A request that asks more of its database has work of its own, which a batch would not save. */
const mostQueries = 5;

interface RemoteCall {
  readonly span: Span;
  readonly answer: Part;
  readonly key: string;
}

/**
 * Fires when one place of a service calls another at least `minRepeats` times in one trace and each
 * call becomes a request there with a query, but no more than five: a loop whose queries run in
 * another process.
 */
export const nPlusOneRemote: WholeTraceRule = {
  name,
  title: 'N+1 over services',
  firesWhen:
    'A loop of one service becomes at least `minRepeats` requests of another one, each with one to five queries. Only where the spans of both are read.',
  judge(parts, contextOf) {
    const findings: ServiceFinding[] = [];
    const nearest: NearMiss[] = [];
    if (parts.length < 2) return { findings, nearest };
    const answers = new Map<string, Part>();
    for (const part of parts) {
      const parentId = part.trace.root?.parentSpanId;
      if (parentId !== undefined) answers.set(parentId, part);
    }
    for (const part of parts) {
      const context = contextOf(part);
      const calls = remoteCalls(part, answers);
      for (const finding of judgePart(part.trace, calls, context)) {
        findings.push({ service: part.service, finding });
      }
      if (context.options.explain) nearest.push(...nearMisses(calls, context));
    }
    return { findings, nearest };
  },
};

/** Calls of a part that became requests of other services, by whatever protocol. */
function remoteCalls({ trace, service }: Part, answers: ReadonlyMap<string, Part>): RemoteCall[] {
  return trace.spans.flatMap((span) => {
    const answer = answers.get(span.spanId);
    // Who sends a message does not wait for what becomes of it.
    const isCall = answer !== undefined && span.kind === SpanKind.client;
    if (!isCall || answer.service === service) return [];
    return [{ span, answer, key: `${answer.service} ${answer.trace.endpoint}` }];
  });
}

function hasFewQueries({ answer }: RemoteCall): boolean {
  const { length } = answer.trace.queries;
  return length >= 1 && length <= mostQueries;
}

function judgePart(
  trace: Trace,
  calls: readonly RemoteCall[],
  context: RuleContext,
): readonly Finding[] {
  const { minRepeats } = context.options;
  const sets = sameCalls(calls.filter(hasFewQueries), ({ key }) => key, minRepeats);
  return groupsUnderAncestors(trace, sets, minRepeats).map(
    ({ calls: members, callSite, callers, ancestor }) => {
      const spans = members.map(({ span }) => span);
      const { costMs, slowestMs, isParallel } = timingOnPath(trace, spans);
      const { answer, key } = members[0]!;
      const queries = members.reduce((sum, { answer: one }) => sum + one.trace.queries.length, 0);
      const summaries = [...groupBy(answer.trace.queries, (q) => q.statement.shape.summary).keys()];
      return findingOf(trace, context, {
        rule: name,
        message: `${spans.length} calls became as many requests ${answer.trace.endpoint} of ${answer.service}, with ${queries} queries (${summaries.join(', ')})${orderWords(isParallel)}`,
        confidence: 'high',
        spans,
        repeats: spans.length,
        shape: key,
        summary: `${answer.service} ${answer.trace.endpoint}`,
        callSite,
        callers,
        ancestor: ancestor?.name ?? '',
        parallel: isParallel,
        costMs,
        savingMs: Math.max(0, costMs - slowestMs),
        advice: {
          text: `Give ${answer.service} an endpoint that takes all keys at once, answers them with one query, and call it once.`,
          statement: null,
          proof: null,
        },
      });
    },
  );
}

function nearMisses(calls: readonly RemoteCall[], { options }: RuleContext): NearMiss[] {
  const [most] = [...groupBy(calls, ({ key }) => key).values()].sort((a, b) => b.length - a.length);
  if (most === undefined || most.length < 2) return [];
  const { answer } = most[0]!;
  const few = most.filter(hasFewQueries).length;
  if (few >= options.minRepeats) return [];
  const reason =
    few < most.length
      ? `but only ${few} of them with one to ${mostQueries} queries`
      : `below minRepeats ${options.minRepeats}`;
  const text = `${most.length} calls became requests ${answer.trace.endpoint} of ${answer.service}, ${reason}`;
  return [{ rule: name, text }];
}
