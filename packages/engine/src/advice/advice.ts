import type { Advice } from '../types.ts';

/** Advice without anything to paste. */
export function inWords(text: string): Advice {
  return { text, statement: null, proof: null };
}

/** Something to paste that no test has compared with what it replaces. */
export function unproved(text: string, statement: string): Advice {
  return {
    text: `${text} (unproved: compare both before you ship).`,
    statement,
    proof: 'unproved',
  };
}
