import type { OpenTrace } from '@spandrel/engine';
import type { CallNotes } from './call-sites.ts';
import type { OpenChildren } from './open-children.ts';
import type { EndedSpan } from './sdk.ts';

/** What the processor notes on an open trace besides its spans. */
export class TraceNotes {
  /** What its held spans weigh, given back when the trace is over. */
  heldBytes = 0;
  /** Local roots that are open, once there are or were several; undefined while there is one. */
  openRoots: Set<string> | undefined;
  /** Undefined until a child starts that is no call. */
  open: OpenChildren | undefined;
  /** Undefined until a call starts. */
  calls: CallNotes | undefined;
}

/** The trace's notes, begun when there are none. */
export function notesOf(trace: OpenTrace<EndedSpan, TraceNotes>): TraceNotes {
  return (trace.notes ??= new TraceNotes());
}
