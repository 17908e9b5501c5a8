import { fingerprintOf } from '../fingerprint.ts';
import { roundedMs } from '../rounding.ts';
import { severityOf } from '../severity.ts';
import type { Trace } from '../trace.ts';
import type { Advice, CallSite, Confidence, Finding, Span } from '../types.ts';
import type { RuleContext } from './rule.ts';

/** What a rule knows of a problem; the rest of a finding follows from it and the trace. */
export interface Evidence {
  readonly rule: string;
  /** One sentence: what happened. */
  readonly message: string;
  /** In order of start, at least one. */
  readonly spans: readonly Span[];
  readonly advice: Advice;
  readonly confidence: Confidence;
  /** Wall time on the critical path, milliseconds. */
  readonly costMs: number;
  readonly savingMs?: number | null;
  readonly repeats?: number | null;
  readonly parallel?: boolean | null;
  readonly shape?: string | null;
  readonly summary?: string | null;
  readonly callSite?: CallSite | null;
  readonly callers?: readonly CallSite[];
  /** Name of the nearest named ancestor: it identifies a problem without a call site. */
  readonly ancestor?: string;
}

/** The finding for `evidence`; members of a fingerprint are as in `fingerprintOf`. */
export function findingOf(trace: Trace, { options }: RuleContext, evidence: Evidence): Finding {
  const { rule, message, spans, advice, confidence, savingMs = null } = evidence;
  const { shape = null, summary = null, callSite = null, callers = [], ancestor = '' } = evidence;
  const { endpoint, traceId } = trace;
  const costMs = roundedMs(evidence.costMs);
  return {
    rule,
    message,
    fingerprint: fingerprintOf({ rule, shape, callSite, ancestor, endpoint }),
    severity: severityOf(costMs, options),
    confidence,
    endpoint,
    traceId,
    spanIds: [...new Set(spans.map(({ spanId }) => spanId))],
    repeats: evidence.repeats ?? null,
    shape,
    summary,
    callSite,
    callers,
    parallel: evidence.parallel ?? null,
    costMs,
    savingMs: savingMs === null ? null : roundedMs(savingMs),
    advice,
  };
}
