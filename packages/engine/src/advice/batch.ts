import type { Statement } from '../sql/statement.ts';
import type { Advice } from '../types.ts';
import { anyOf } from './any-of.ts';
import { lateral } from './lateral.ts';
import { insertOfRows, updateOfRows } from './json-rows.ts';
import { tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/** A loop is found again with every request, so its advice is kept as long as its statement. */
const known = new WeakMap<Statement, Advice>();

/**
 * What to write instead of a loop over `statement`: for PostgreSQL one statement for all keys,
 * where that is safe to say from the text alone; else a sentence. Never throws.
 */
export function batchAdvice(statement: Statement): Advice {
  let advice = known.get(statement);
  if (advice === undefined) known.set(statement, (advice = adviceFor(statement)));
  return advice;
}

function adviceFor(statement: Statement): Advice {
  const { operation, dialect } = statement.shape;
  if (dialect === 'postgresql') {
    const tokens = tokensOf(statement.exportText);
    for (const { rewrite, text } of rewritings[operation] ?? []) {
      const batched = rewrite(tokens);
      if (batched !== null) return { text, statement: batched };
    }
  }
  return { text: sentences[operation] ?? fallback, statement: null };
}

interface Rewriting {
  readonly rewrite: (tokens: readonly Token[]) => string | null;
  /** What to do, and what the statement's parameters are. */
  readonly text: string;
}

/** By operation, the simplest statement first. */
const rewritings: Readonly<Record<string, readonly Rewriting[]>> = {
  SELECT: [
    {
      rewrite: anyOf,
      text: 'Collect the keys first and fetch all rows in one query, then group them by key in code; $1 is the array of keys.',
    },
    {
      rewrite: lateral,
      text: 'Collect the keys first and fetch the rows of each in one query; $1 is the array of keys as JSON objects (a limit or an offset is a parameter of its own).',
    },
  ],
  DELETE: [{ rewrite: anyOf, text: 'Delete all keys in one statement; $1 is the array of keys.' }],
  INSERT: [
    {
      rewrite: insertOfRows,
      text: 'Insert all rows in one statement; $1 is the array of rows as JSON (with ON CONFLICT … DO UPDATE one per key).',
    },
  ],
  UPDATE: [
    {
      rewrite: updateOfRows,
      text: 'Update all rows in one statement; $1 is the array of rows as JSON, one per key.',
    },
  ],
};

const fallback = 'Collect the keys first and send one statement for all of them.';

/** Where no statement can be given from the text alone. */
const sentences: Readonly<Record<string, string>> = {
  SELECT: 'Collect the keys first and fetch all rows in one query, then group them by key in code.',
  DELETE: 'Collect the keys first and delete them in one statement.',
  INSERT: 'Collect the rows first and insert them in one statement.',
  UPDATE: 'Collect the rows first and update them in one statement.',
};
