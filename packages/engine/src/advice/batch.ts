import type { Statement } from '../sql/statement.ts';
import type { Advice } from '../types.ts';
import { inWords } from './advice.ts';
import { anyOf, arrayList, markList } from './any-of.ts';
import * as texts from './batch-texts.ts';
import { deleteOfRows, updateOfRows } from './changed-rows.ts';
import { insertOfLists, insertOfRows } from './insert-rows.ts';
import { lateral } from './lateral.ts';
import { reasons, refusalOfKind, refusalOfText } from './refusals.ts';
import { tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/** What the trace knows and the statement does not. */
export interface LoopContext {
  /** True when tables that the statement reads are written between its repeats. */
  readonly writesBetween?: boolean;
}

/** A loop is found again with every request, so its advice is kept as long as its statement. */
const known = new WeakMap<Statement, Advice>();

/**
 * What to write instead of a loop over `statement`: one statement for all keys, where that is safe
 * to say from the text alone; else a sentence with the reason. For PostgreSQL each kind of statement
 * is proved by the tests, for MySQL, MariaDB and SQLite it is not. Never throws.
 *
 * Which of the values vary is not known from the text, so a batch is right whichever do.
 */
export function batchAdvice(
  statement: Statement,
  { writesBetween = false }: LoopContext = {},
): Advice {
  if (writesBetween) return refusedBetween;
  let advice = known.get(statement);
  if (advice === undefined) known.set(statement, (advice = adviceFor(statement)));
  return advice;
}

function adviceFor(statement: Statement): Advice {
  const { operation, dialect } = statement.shape;
  if (dialect === 'none') return inWords(texts.ofStore);
  const tokens = tokensToBatch(statement);
  if (typeof tokens === 'string') return inWords(tokens);
  if (dialect === 'postgresql') {
    return provedFor(tokens) ?? inWords(texts.inWords(operation));
  }
  const isPlain = dialect === 'mysql' || dialect === 'sqlite';
  return (isPlain ? unprovedFor(tokens) : null) ?? inWords(texts.inWords(operation));
}

const refusedBetween = Object.freeze(inWords(reasons.writesBetween));

/** The simplest form that fits. */
function provedFor(tokens: readonly Token[]): Advice | null {
  const verb = tokens[0]?.word ?? '';
  const hasReturning = tokens.some(({ word }) => word === 'RETURNING');
  const simple = proved(anyOf(tokens, arrayList), () => texts.keys(verb));
  if (simple !== null) return simple;
  if (verb === 'INSERT') {
    const isUpsert = tokens.some(({ word }) => word === 'CONFLICT');
    return proved(insertOfRows(tokens), (batch) => texts.insert(batch, isUpsert, hasReturning));
  }
  if (verb === 'UPDATE') {
    return proved(updateOfRows(tokens), (batch) => texts.update(batch, hasReturning));
  }
  if (verb === 'DELETE') return proved(deleteOfRows(tokens), texts.deletion);
  return proved(lateral(tokens), texts.read);
}

function proved<Batch extends { readonly statement: string }>(
  batch: Batch | null,
  textOf: (batch: Batch) => string,
): Advice | null {
  if (batch === null || batch.statement.length > maxBatchLength) return null;
  return { text: textOf(batch), statement: batch.statement, proof: 'proved' };
}

/** A FROM clause that lends its types to many arrays is repeated for each. */
const maxBatchLength = 20_000;

/** The plain forms of other databases. */
function unprovedFor(tokens: readonly Token[]): Advice | null {
  const verb = tokens[0]?.word ?? '';
  const statement =
    verb === 'INSERT' ? insertOfLists(tokens) : (anyOf(tokens, markList)?.statement ?? null);
  return statement === null ? null : { text: texts.marks(verb), statement, proof: 'unproved' };
}

export interface BatchedRead {
  readonly statement: string;
  /** Column that holds each row's key; null where `batch_nr` tells the place of the key instead. */
  readonly key: string | null;
}

/** The read of one key for PostgreSQL whose only parameter is the array of keys; else null. */
export function batchedRead(statement: Statement): BatchedRead | null {
  if (statement.shape.dialect !== 'postgresql' || statement.shape.operation !== 'SELECT')
    return null;
  const tokens = tokensToBatch(statement);
  if (typeof tokens === 'string') return null;
  const simple = anyOf(tokens, arrayList);
  if (simple !== null) return simple;
  const read = lateral(tokens);
  return read === null || read.arrays !== 1 ? null : { statement: read.statement, key: null };
}

/** The statement in pieces, or the reason why it must not be batched. */
function tokensToBatch(statement: Statement): Token[] | string {
  const refusal = refusalOfKind(statement);
  if (refusal !== null) return refusal;
  const tokens = tokensOf(statement.exportText, statement.shape.dialect);
  return refusalOfText(tokens) ?? tokens;
}
