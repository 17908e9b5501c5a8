import { ATTR_CALLERS, ATTR_CODE_FILE, ATTR_CODE_FUNCTION, ATTR_CODE_LINE } from './names.ts';
import type { Attributes, CallSite } from './types.ts';

/** The call site written on a span (the conventions' names, else the older ones), or null. */
export function callSiteOf(attributes: Attributes): CallSite | null {
  const file = attributes[ATTR_CODE_FILE] ?? attributes['code.filepath'];
  if (typeof file !== 'string') return null;
  const line = attributes[ATTR_CODE_LINE] ?? attributes['code.lineno'];
  const name = attributes[ATTR_CODE_FUNCTION] ?? attributes['code.function'];
  return {
    file,
    line: typeof line === 'number' ? line : null,
    function: typeof name === 'string' ? name : null,
  };
}

/** Of calls of one kind from one place: the first whose call site is known, else the first. */
export function firstSited<S extends { readonly attributes: Attributes }>(spans: readonly S[]): S {
  return spans.find(({ attributes }) => callSiteOf(attributes) !== null) ?? spans[0]!;
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

/** The inverse of `formatCaller`. A function's name holds no ` (`, a file's may. */
function parseCaller(text: unknown): CallSite[] {
  if (typeof text !== 'string') return [];
  const open = text.endsWith(')') ? text.indexOf(' (') : -1;
  if (open < 0) return [{ ...parsePlace(text), function: null }];
  return [{ ...parsePlace(text.slice(open + 2, -1)), function: text.slice(0, open) }];
}

function parsePlace(place: string): Pick<CallSite, 'file' | 'line'> {
  const colon = place.lastIndexOf(':');
  const line = place.slice(colon + 1);
  if (colon < 0 || !/^\d+$/.test(line)) return { file: place, line: null };
  return { file: place.slice(0, colon), line: Number(line) };
}
