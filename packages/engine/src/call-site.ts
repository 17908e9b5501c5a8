import { ATTR_CALLERS, ATTR_CODE_FILE, ATTR_CODE_FUNCTION, ATTR_CODE_LINE } from './names.ts';
import type { Attributes, CallSite } from './types.ts';

/** The call site written on a span, or null when it carries none. */
export function callSiteOf(attributes: Attributes): CallSite | null {
  const file = attributes[ATTR_CODE_FILE];
  if (typeof file !== 'string') return null;
  const line = attributes[ATTR_CODE_LINE];
  const name = attributes[ATTR_CODE_FUNCTION];
  return {
    file,
    line: typeof line === 'number' ? line : null,
    function: typeof name === 'string' ? name : null,
  };
}

/** The frames above the call site, innermost first; empty when the span carries none. */
export function callersOf(attributes: Attributes): CallSite[] {
  const callers = attributes[ATTR_CALLERS];
  return Array.isArray(callers) ? callers.flatMap(parseCaller) : [];
}

/** `listNotes (src/notes.ts:12)`, or without a function `src/notes.ts:12`. */
export function formatCaller(site: CallSite): string {
  const place = site.line === null ? site.file : `${site.file}:${site.line}`;
  return site.function === null ? place : `${site.function} (${place})`;
}

function parseCaller(text: unknown): CallSite[] {
  if (typeof text !== 'string') return [];
  const match = /^(?:(.*) \()?(.*?)(?::(\d+))?\)?$/.exec(text);
  if (match === null) return [];
  const [, name, file = '', line] = match;
  return [{ file, line: line === undefined ? null : Number(line), function: name ?? null }];
}
