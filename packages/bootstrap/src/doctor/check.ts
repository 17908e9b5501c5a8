import { symptoms } from './symptoms.ts';
import type { Code } from './symptoms.ts';

export type Status = 'ok' | 'warning' | 'problem';

/** One line of the doctor. */
export interface Check {
  readonly code: Code;
  readonly status: Status;
  readonly title: string;
  /** What was seen: versions, paths, values; no secrets. */
  readonly seen: string;
  /** What to do; null where all is well. */
  readonly remedy: string | null;
}

export function ok(code: Code, seen: string): Check {
  return { code, status: 'ok', title: symptoms[code].title, seen, remedy: null };
}

/** `remedy` where there is a better word than the code's own. */
export function warning(code: Code, seen: string, remedy: string = symptoms[code].remedy): Check {
  return { code, status: 'warning', title: symptoms[code].title, seen, remedy };
}

export function problem(code: Code, seen: string, remedy: string = symptoms[code].remedy): Check {
  return { code, status: 'problem', title: symptoms[code].title, seen, remedy };
}
