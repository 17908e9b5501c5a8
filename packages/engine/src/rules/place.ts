import { callersOf, callSiteOf, firstSited } from '../call-site.ts';
import type { Trace } from '../trace.ts';
import type { CallSite, Span } from '../types.ts';

/** Where in the application a problem stands. */
export interface Place {
  readonly callSite: CallSite | null;
  /** The frames above the call site, innermost first. */
  readonly callers: readonly CallSite[];
  /** Name of the span above; empty when unknown. */
  readonly ancestor: string;
}

/** The place of calls that are one problem: the first known call site, and the span above the first of them. */
export function placeOf(trace: Trace, spans: readonly Span[]): Place {
  const { attributes } = firstSited(spans);
  return {
    callSite: callSiteOf(attributes),
    callers: callersOf(attributes),
    ancestor: trace.parentOf(spans[0]!)?.name ?? '',
  };
}

/** What tells places apart: file and function of the call site, else the ancestor's name. */
export function placeName({ callSite, ancestor }: Omit<Place, 'callers'>): string {
  return callSite === null ? ancestor : `${callSite.file} ${callSite.function ?? ''}`;
}
