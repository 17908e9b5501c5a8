import { Part } from './parts.ts';
import type { ShapePart } from './shape-text.ts';

/** Whether the statement takes locks that outlive it: rows for update or share, whole tables. */
export function locks(parts: readonly ShapePart[]): boolean {
  return parts.some(({ word }, at) => {
    if (word === 'for') return lockStrengths.has(wordAt(parts, at + 1));
    if (word === 'lock') return at === 0 || wordAt(parts, at + 1) === 'in';
    return tableHints.has(word) && wordAt(parts, 0) === 'select';
  });
}

const lockStrengths = new Set(['update', 'share', 'no', 'key']);
/** SQL Server's, in WITH (…). */
const tableHints = new Set(['updlock', 'xlock', 'tablockx', 'holdlock']);

/** Whether a call or a keyword makes two equal runs differ by right. */
export function isVolatile(parts: readonly ShapePart[]): boolean {
  return parts.some(({ word }, at) => {
    if (moments.has(word)) return parts[at - 1]?.text !== '.';
    return volatileCalls.has(word) && parts[at + 1]?.kind === Part.open;
  });
}

const moments = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'sysdate',
  'systimestamp',
]);
const volatileCalls = new Set([
  'clock_timestamp',
  'curdate',
  'currval',
  'curtime',
  'gen_random_bytes',
  'gen_random_uuid',
  'getdate',
  'getutcdate',
  'last_insert_id',
  'lastval',
  'newid',
  'newsequentialid',
  'nextval',
  'now',
  'pg_current_xact_id',
  'pg_sleep',
  'rand',
  'random',
  'random_normal',
  'setval',
  'statement_timestamp',
  'sysdatetime',
  'sysutcdatetime',
  'timeofday',
  'transaction_timestamp',
  'txid_current',
  'unix_timestamp',
  'utc_timestamp',
  'uuid',
  'uuid_generate_v1',
  'uuid_generate_v4',
  'uuid_short',
  'uuidv4',
  'uuidv7',
]);

/** Whether the statement reads one page, chunk or cursor step; see `QueryShape.pages`. */
export function pages(parts: readonly ShapePart[]): boolean {
  const first = wordAt(parts, 0);
  if (first === 'fetch') return true;
  if (first !== 'select' && first !== 'with' && parts[0]?.kind !== Part.open) return false;
  const order = lastWord(parts, 'order');
  const limit = Math.max(
    lastWord(parts, 'limit'),
    lastWord(parts, 'fetch'),
    lastWord(parts, 'top'),
  );
  const hasOffset = lastWord(parts, 'offset') > 0 || limitHasTwo(parts, lastWord(parts, 'limit'));
  if (hasOffset && !looksUp(parts)) return true;
  return order > 0 && limit > 0 && comparesOrder(parts, order);
}

/** MySQL's and SQLite's `LIMIT offset, count`. */
function limitHasTwo(parts: readonly ShapePart[], limit: number): boolean {
  return limit > 0 && parts[limit + 2]?.kind === Part.comma;
}

/** A comparison `= ?` anywhere. */
function looksUp(parts: readonly ShapePart[]): boolean {
  return parts.some(
    ({ kind }, at) => kind === Part.value && parts[at - 1]?.text === '=' && isName(parts[at - 2]),
  );
}

/** `id > ?` or `(id, …) > (?, …)` where `id` is the first column of the order. */
function comparesOrder(parts: readonly ShapePart[], order: number): boolean {
  if (wordAt(parts, order + 1) !== 'by') return false;
  const column = lastName(parts, order + 2);
  return parts.some(({ text }, at) => {
    if ((text !== '<' && text !== '>') || at > order) return false;
    const right = parts[at + 1]?.text === '=' ? at + 2 : at + 1;
    if (parts[right]?.kind === Part.value) return nameOf(parts[at - 1]) === column;
    const isRow = parts[right]?.kind === Part.open && parts[at - 1]?.kind === Part.close;
    return isRow && lastName(parts, openingOf(parts, at - 1) + 1) === column;
  });
}

/** The column's own name in `a`, `t.a`, `s.t.a` from `at`. */
function lastName(parts: readonly ShapePart[], at: number): string {
  let end = at;
  while (parts[end + 1]?.text === '.') end += 2;
  return nameOf(parts[end]);
}

function openingOf(parts: readonly ShapePart[], close: number): number {
  let at = close;
  while (at > 0 && parts[at]!.kind !== Part.open) at--;
  return at;
}

function isName(part: ShapePart | undefined): boolean {
  return part?.kind === Part.word || part?.kind === Part.quotedName;
}

function nameOf(part: ShapePart | undefined): string {
  if (!isName(part)) return ' ';
  return part!.text.toLowerCase().replaceAll('"', '').replaceAll('`', '');
}

function wordAt(parts: readonly ShapePart[], at: number): string {
  return parts[at]?.word ?? '';
}

function lastWord(parts: readonly ShapePart[], word: string): number {
  for (let at = parts.length - 1; at > 0; at--) if (parts[at]!.word === word) return at;
  return -1;
}
