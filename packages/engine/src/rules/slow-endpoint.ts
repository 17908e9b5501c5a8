import { slowEndpointAdvice } from '../advice/slow.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { severityOf } from '../severity.ts';
import type { Rule } from './rule.ts';
import { nothingFound } from './rule.ts';

const name = 'slow-endpoint';

/** Fires when a local root takes at least `slowEndpointMs`. */
export const slowEndpoint: Rule = {
  name,
  firesWhen: 'A local root (a request, a job, a message) takes at least `slowEndpointMs`.',
  judge(trace, { options }) {
    const { root, endpoint, traceId } = trace;
    if (root === undefined) return nothingFound;
    const { durationMs } = root;
    if (durationMs < options.slowEndpointMs) {
      if (!options.explain) return nothingFound;
      const text = `${endpoint} took ${durationMs.toFixed(1)} ms, below slowEndpointMs ${options.slowEndpointMs}`;
      return { findings: [], nearest: { rule: name, text } };
    }
    const finding = {
      rule: name,
      fingerprint: fingerprintOf({
        rule: name,
        shape: null,
        callSite: null,
        ancestor: '',
        endpoint,
      }),
      severity: severityOf(durationMs, options),
      confidence: 'high',
      endpoint,
      traceId,
      spanIds: [root.spanId],
      repeats: null,
      shape: null,
      summary: null,
      callSite: null,
      callers: [],
      parallel: null,
      costMs: durationMs,
      savingMs: null,
      advice: slowEndpointAdvice(trace, durationMs),
    } as const;
    return { findings: [finding], nearest: null };
  },
};
