import type { ResolvedEngineOptions } from './options.ts';
import type { Severity } from './types.ts';

const order: readonly Severity[] = ['info', 'warning', 'error', 'critical'];

export function isWorse(one: Severity, other: Severity): boolean {
  return order.indexOf(one) > order.indexOf(other);
}

/**
 * How bad a finding is, by the wall time it costs against your own limits: from the limit of a slow
 * query on an error, from that of a slow endpoint on critical, below both a warning.
 */
export function severityOf(costMs: number, options: ResolvedEngineOptions): Severity {
  if (costMs >= options.slowEndpointMs) return 'critical';
  return costMs >= options.slowQueryMs ? 'error' : 'warning';
}

/** The worst severity of some findings; null for none. */
export function worstOf(findings: readonly { readonly severity: Severity }[]): Severity | null {
  let worst: Severity | null = null;
  for (const { severity } of findings) {
    if (worst === null || isWorse(severity, worst)) worst = severity;
  }
  return worst;
}
