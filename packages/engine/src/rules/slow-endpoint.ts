import { slowEndpointAdvice } from '../advice/slow.ts';
import { findingOf } from './finding.ts';
import { durationWords } from './words.ts';
import { nothingFound } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

const name = 'slow-endpoint';

/**
 * Fires when a local root takes at least `slowEndpointMs`, or `baselineFactor` times the p95 that its
 * endpoint had before. From 3 ms to 10 ms is nothing that people notice, so the second needs at
 * least `slowQueryMs`, too.
 */
export const slowEndpoint: Rule = {
  name,
  title: 'Slow endpoint',
  firesWhen:
    'A local root (a request, a job, a message) takes at least `slowEndpointMs`; or at least `slowQueryMs` and `baselineFactor` times the p95 that its endpoint had before.',
  judge(trace, context) {
    const { root, endpoint } = trace;
    if (root === undefined) return nothingFound;
    const { durationMs } = root;
    if (durationMs < context.options.slowEndpointMs && !isFarOverBaseline(durationMs, context)) {
      if (!context.options.explain) return nothingFound;
      const text = `${endpoint} took ${durationMs.toFixed(1)} ms, ${reasonAgainst(durationMs, context)}`;
      return { findings: [], nearest: { rule: name, text } };
    }
    const finding = findingOf(trace, context, {
      rule: name,
      message: `${endpoint} took ${durationWords(durationMs)}${baselineWords(durationMs, context)}`,
      confidence: 'high',
      spans: [root],
      costMs: durationMs,
      advice: slowEndpointAdvice(trace, durationMs),
    });
    return { findings: [finding], nearest: null };
  },
};

function isFarOverBaseline(durationMs: number, { options, baseline }: RuleContext): boolean {
  if (baseline === null || durationMs < options.slowQueryMs) return false;
  return durationMs >= baseline.p95Ms * options.baselineFactor;
}

function baselineWords(durationMs: number, context: RuleContext): string {
  const { baseline } = context;
  if (baseline === null || !isFarOverBaseline(durationMs, context)) return '';
  return `, ${timesOf(durationMs, baseline.p95Ms)} times its p95 of ${durationWords(baseline.p95Ms)}`;
}

function reasonAgainst(durationMs: number, { options, baseline }: RuleContext): string {
  const { slowEndpointMs, slowQueryMs, baselineFactor } = options;
  const limit = `below slowEndpointMs ${slowEndpointMs}`;
  if (baseline === null) return limit;
  const times = `${timesOf(durationMs, baseline.p95Ms)} times its p95`;
  return durationMs < baseline.p95Ms * baselineFactor
    ? `${limit}, and ${times}, below baselineFactor ${baselineFactor}`
    : `${limit}, and though ${times}, below slowQueryMs ${slowQueryMs}`;
}

function timesOf(durationMs: number, p95Ms: number): string {
  return p95Ms > 0 ? (durationMs / p95Ms).toFixed(1) : 'many';
}
