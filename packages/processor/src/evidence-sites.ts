import { formatCaller, names } from '@spandrel/engine';
import type { Finding, QueryShape } from '@spandrel/engine';
import { keyAtStart } from './call-keys.ts';
import type { CallKey } from './call-keys.ts';
import type { CallNotes, CallSites } from './call-sites.ts';
import { KnownSites } from './known-sites.ts';
import { millisecondsOf } from './sdk.ts';
import type { EndedSpan } from './sdk.ts';
import type { ReadSite } from './stack.ts';

/** From where on a call can be evidence. */
export interface EvidenceLimits {
  readonly minRepeats: number;
  readonly minStampede: number;
  readonly slowQueryMs: number;
  readonly slowHttpMs: number;
}

/**
 * Writes lines of code on the calls of a trace before it is judged, and has calls looked for that
 * were found without one: too few in a trace to be looked for in every trace. Their line, once
 * found, is used whenever the endpoint makes the call again.
 */
export class EvidenceSites {
  readonly #sites: CallSites;
  readonly #known = new KnownSites();
  readonly #shapeOf: (span: EndedSpan) => QueryShape | undefined;

  constructor(sites: CallSites, shapeOf: (span: EndedSpan) => QueryShape | undefined) {
    this.#sites = sites;
    this.#shapeOf = shapeOf;
  }

  /** Reads stacks only of calls that can become evidence or are looked for. */
  write(
    root: EndedSpan,
    children: readonly EndedSpan[],
    calls: CallNotes | undefined,
    limits: EvidenceLimits,
  ): void {
    if (calls !== undefined && calls.captures.size > 0) {
      for (const span of children) {
        const { spanId } = span.spanContext();
        if (!calls.captures.has(spanId)) continue;
        this.#writeOn(span, root, calls, limits);
        calls.captures.delete(spanId);
      }
    }
    const known = this.#known.at(root.name);
    if (known === undefined) return;
    for (const span of children) {
      if (span.attributes[names.ATTR_CODE_FILE] !== undefined) continue;
      const key = this.#keyOf(span);
      const site = key === undefined ? undefined : known.get(key);
      if (site !== undefined && site !== null) writeSite(span, site);
    }
  }

  /** Has calls looked for that findings lack the line of. */
  hunt(root: EndedSpan, findings: readonly Finding[], children: readonly EndedSpan[]): void {
    for (const { callSite, spanIds } of findings) {
      if (callSite !== null) continue;
      const span = children.find((child) => child.spanContext().spanId === spanIds[0]);
      const key = span === undefined ? undefined : this.#keyOf(span);
      if (key !== undefined) this.#sites.hunts.begin(key, root.name);
    }
  }

  #writeOn(span: EndedSpan, root: EndedSpan, calls: CallNotes, limits: EvidenceLimits): void {
    const key = this.#keyOf(span);
    if (key === undefined) return;
    const isHunted = this.#sites.hunts.isOn(key, root.name);
    if (!isHunted && !isEvidence(span, key, calls, limits)) return;
    const site = this.#sites.read(span, calls);
    if (site === null) return;
    writeSite(span, site);
    this.#sites.steady.learn(key, site);
    this.#sites.hunts.end(key, root.name);
    this.#known.learn(root.name, key, site, isHunted);
  }

  #keyOf(span: EndedSpan): CallKey | undefined {
    return this.#shapeOf(span) ?? keyAtStart(span);
  }
}

function isEvidence(
  { duration }: EndedSpan,
  key: CallKey,
  { queries, started }: CallNotes,
  { minRepeats, minStampede, slowQueryMs, slowHttpMs }: EvidenceLimits,
): boolean {
  const isQuery = typeof key !== 'string';
  const repeats = isQuery ? queries.countOf(key) : (started?.countOf(key) ?? 0);
  const enough = Math.min(minRepeats, minStampede);
  return repeats >= enough || millisecondsOf(duration) >= (isQuery ? slowQueryMs : slowHttpMs);
}

function writeSite(span: EndedSpan, { callSite, callers }: ReadSite): void {
  const attributes = span.attributes as Record<string, unknown>;
  attributes[names.ATTR_CODE_FILE] = callSite.file;
  if (callSite.line !== null) attributes[names.ATTR_CODE_LINE] = callSite.line;
  if (callSite.function !== null) attributes[names.ATTR_CODE_FUNCTION] = callSite.function;
  if (callers.length > 0) attributes[names.ATTR_CALLERS] = callers.map(formatCaller);
}
