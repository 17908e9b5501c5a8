import { names } from '@spandrel/engine';
import type { Finding, Verdict } from '@spandrel/engine';
import type { EndedSpan, Writer } from './sdk.ts';

const mostSpanIds = 20;
const mostFindingEvents = 32;

/** Writes a verdict on its local root. */
export function writeVerdict(root: Writer, verdict: Verdict): void {
  root.setAttribute(names.ATTR_ENDPOINT, verdict.endpoint);
  if (verdict.queryCount > 0) {
    root.setAttribute(names.ATTR_DB_QUERY_COUNT, verdict.queryCount);
    root.setAttribute(names.ATTR_DB_DURATION_MS, rounded(verdict.queryDurationMs));
  }
  if (verdict.cacheHitCount + verdict.cacheMissCount > 0) {
    root.setAttribute(names.ATTR_CACHE_HIT_COUNT, verdict.cacheHitCount);
    root.setAttribute(names.ATTR_CACHE_MISS_COUNT, verdict.cacheMissCount);
  }
  if (verdict.isSlow) root.setAttribute(names.ATTR_SLOW, true);
  if (verdict.findings.length > 0) writeFindings(root, verdict);
}

function writeFindings(root: Writer, { findings, severity }: Verdict): void {
  root.setAttribute(names.ATTR_FINDING_COUNT, findings.length);
  if (severity !== null) root.setAttribute(names.ATTR_SEVERITY, severity);
  for (const { rule } of findings) root.setAttribute(names.foundAttribute(rule), true);
  for (const finding of findings.slice(0, mostFindingEvents)) {
    root.addEvent(names.EVENT_FINDING, eventAttributes(finding));
  }
}

/** A finding as the attributes of its event; what is not known is left out. */
export function eventAttributes(finding: Finding): Record<string, string | number | string[]> {
  const { advice, callSite } = finding;
  const known: Record<string, string | number | string[] | null | undefined> = {
    [names.ATTR_FINDING_RULE]: finding.rule,
    [names.ATTR_FINDING_FINGERPRINT]: finding.fingerprint,
    [names.ATTR_FINDING_SEVERITY]: finding.severity,
    [names.ATTR_FINDING_CONFIDENCE]: finding.confidence,
    [names.ATTR_FINDING_REPEATS]: finding.repeats,
    [names.ATTR_FINDING_COST_MS]: rounded(finding.costMs),
    [names.ATTR_FINDING_SAVING_MS]: finding.savingMs === null ? null : rounded(finding.savingMs),
    [names.ATTR_FINDING_SHAPE]: finding.shape,
    [names.ATTR_FINDING_ADVICE]:
      advice.statement === null ? advice.text : `${advice.text}\n${advice.statement}`,
    [names.ATTR_FINDING_SPAN_IDS]: finding.spanIds.slice(0, mostSpanIds),
    [names.ATTR_CODE_FILE]: callSite?.file,
    [names.ATTR_CODE_LINE]: callSite?.line,
    [names.ATTR_CODE_FUNCTION]: callSite?.function,
  };
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== null && value !== undefined),
  ) as Record<string, string | number | string[]>;
}

/** Marks the first and the slowest member of each group, so that they are found from the event. */
export function markMembers(findings: readonly Finding[], spans: readonly EndedSpan[]): void {
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  for (const { fingerprint, spanIds } of findings) {
    const members = spanIds.flatMap((id) => byId.get(id) ?? []);
    for (const span of [members[0], slowestOf(members)]) {
      if (span !== undefined) {
        (span.attributes as Record<string, unknown>)[names.ATTR_FINGERPRINT] = fingerprint;
      }
    }
  }
}

function slowestOf(spans: readonly EndedSpan[]): EndedSpan | undefined {
  return spans.reduce<EndedSpan | undefined>(
    (slowest, span) => (slowest === undefined || isLonger(span, slowest) ? span : slowest),
    undefined,
  );
}

function isLonger({ duration: [s1, n1] }: EndedSpan, { duration: [s2, n2] }: EndedSpan): boolean {
  return s1 > s2 || (s1 === s2 && n1 > n2);
}

/** Microseconds are enough for people and keep the numbers short. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
