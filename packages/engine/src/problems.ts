import { isWorse } from './severity.ts';
import type { Finding, Problem } from './types.ts';

/** The problems that were seen at one endpoint of one service. */
export class EndpointProblems {
  readonly fingerprints = new Set<string>();
  /** By rule and shape: fingerprint of the problem whose call site is known. */
  readonly sited = new Map<string, string>();
  /** By rule and shape: fingerprints of problems that still wait for a call site. */
  readonly siteless = new Map<string, Set<string>>();
}

/**
 * Findings over time, one problem a fingerprint and service, bounded by `maxProblems`. A problem
 * that shows at several endpoints is one, and stands in the row of each.
 *
 * The call site of a repeated query is often known in some traces and not in others. One bug is
 * one problem all the same: a finding without a site joins the problem of its rule, shape and
 * endpoint that has one, and the first finding with a site takes over what came before it.
 */
export class Problems {
  readonly #max: number;
  readonly #onOverflow: () => void;
  readonly #byId = new Map<string, Problem>();

  constructor(max: number, onOverflow: () => void) {
    this.#max = max;
    this.#onOverflow = onOverflow;
  }

  /** Fingerprint under which the finding is kept when it was not known before; undefined else. */
  remember(
    service: string,
    place: EndpointProblems,
    finding: Finding,
    nowMs: number,
  ): string | undefined {
    const fingerprint = placeOf(place, finding);
    const id = key(service, fingerprint);
    const known = this.#absorb(service, place, finding, this.#byId.get(id));
    if (known === undefined && this.#byId.size >= this.#max) {
      this.#onOverflow();
      return undefined;
    }
    const isNew = !this.#byId.has(id);
    place.fingerprints.add(fingerprint);
    note(place, finding, fingerprint);
    this.#byId.set(id, problemOf(service, finding, known, nowMs));
    return isNew ? fingerprint : undefined;
  }

  /** Takes over a finding that was remembered before and shows more now. It is no further occurrence. */
  update(service: string, place: EndpointProblems, finding: Finding): void {
    const id = key(service, placeOf(place, finding));
    const known = this.#byId.get(id);
    if (known !== undefined) this.#byId.set(id, { ...known, ...evidenceOf(finding, known) });
  }

  /** Worst first: by severity, then by what they cost in all. */
  list(): Problem[] {
    return [...this.#byId.values()].sort(worstFirst);
  }

  /** What is known of a problem, with the problems without a site that this finding explains. */
  #absorb(
    service: string,
    place: EndpointProblems,
    finding: Finding,
    known: Problem | undefined,
  ): Problem | undefined {
    const siteless = place.siteless.get(groupOf(finding));
    if (finding.callSite === null || siteless === undefined) return known;
    let merged = known;
    for (const fingerprint of siteless) {
      // Problems over many traces keep their fingerprint, with a site and without.
      if (fingerprint === finding.fingerprint) continue;
      const id = key(service, fingerprint);
      const problem = this.#byId.get(id);
      if (problem !== undefined) merged = merged === undefined ? problem : sum(merged, problem);
      this.#byId.delete(id);
      place.fingerprints.delete(fingerprint);
    }
    place.siteless.delete(groupOf(finding));
    return merged;
  }
}

function key(service: string, name: string): string {
  return `${service}\u0000${name}`;
}

function groupOf({ rule, shape }: Finding): string {
  return key(rule, shape ?? '');
}

/** The fingerprint a finding is kept under: its own, or of the problem that knows its call site. */
function placeOf(place: EndpointProblems, finding: Finding): string {
  if (finding.callSite !== null) return finding.fingerprint;
  return place.sited.get(groupOf(finding)) ?? finding.fingerprint;
}

function note(place: EndpointProblems, finding: Finding, fingerprint: string): void {
  const group = groupOf(finding);
  if (finding.callSite !== null) {
    if (!place.sited.has(group)) place.sited.set(group, fingerprint);
  } else if (fingerprint === finding.fingerprint) {
    const siteless = place.siteless.get(group);
    if (siteless === undefined) place.siteless.set(group, new Set([fingerprint]));
    else siteless.add(fingerprint);
  }
}

/** Two accounts of one problem; the evidence is that of the first. */
function sum(one: Problem, other: Problem): Problem {
  return {
    ...one,
    occurrences: one.occurrences + other.occurrences,
    firstSeenMs: Math.min(one.firstSeenMs, other.firstSeenMs),
    lastSeenMs: Math.max(one.lastSeenMs, other.lastSeenMs),
    severity: isWorse(one.severity, other.severity) ? one.severity : other.severity,
  };
}

/** Evidence of the trace that shows most; severity is the worst ever seen. */
function problemOf(
  service: string,
  finding: Finding,
  known: Problem | undefined,
  nowMs: number,
): Problem {
  const seen = {
    service,
    occurrences: (known?.occurrences ?? 0) + 1,
    firstSeenMs: Math.min(known?.firstSeenMs ?? nowMs, nowMs),
    lastSeenMs: Math.max(known?.lastSeenMs ?? nowMs, nowMs),
  };
  if (known === undefined) return { ...finding, ...seen };
  return { ...evidenceOf(finding, known), ...seen };
}

function evidenceOf(finding: Finding, known: Problem): Finding {
  const severity = isWorse(known.severity, finding.severity) ? known.severity : finding.severity;
  return { ...(showsMore(finding, known) ? finding : known), severity };
}

function showsMore(finding: Finding, known: Problem): boolean {
  const hasSite = Number(finding.callSite !== null) - Number(known.callSite !== null);
  const repeats = (finding.repeats ?? 0) - (known.repeats ?? 0);
  return (hasSite || repeats || finding.costMs - known.costMs) > 0;
}

function worstFirst(a: Problem, b: Problem): number {
  if (a.severity !== b.severity) return isWorse(a.severity, b.severity) ? -1 : 1;
  return b.costMs * b.occurrences - a.costMs * a.occurrences;
}
