import { isName } from './tokens.ts';
import type { Token } from './tokens.ts';

/**
 * The function that forbids a batch, as written: one that is not known to be free of effects and to
 * give the same for the same (`random`, `nextval`, anything of one's own); null when there is none.
 * A name in quotes or behind another schema than pg_catalog is nobody's known function.
 */
export function unknownFunction(tokens: readonly Token[]): string | null {
  for (let at = 0; at < tokens.length - 1; at++) {
    const token = tokens[at]!;
    if (tokens[at + 1]!.text !== '(' || !isName(token) || isNoCall(tokens, at)) continue;
    const isQualified = tokens[at - 1]?.text === '.';
    const isForeign = isQualified && tokens[at - 2]?.word !== 'PG_CATALOG';
    if (isForeign || !isKnown(token.word)) return token.text;
  }
  return null;
}

/** Whether a word computes one value of many rows. */
export function isAggregate(word: string): boolean {
  return aggregates.has(word);
}

/** Whether a word computes a value of the row alone. */
export function isScalar(word: string): boolean {
  return scalars.has(word);
}

function isKnown(word: string): boolean {
  return scalars.has(word) || aggregates.has(word) || windows.has(word);
}

/** Keywords, types and the names that stand before a list of columns. */
function isNoCall(tokens: readonly Token[], at: number): boolean {
  const { word } = tokens[at]!;
  if (words.has(word)) return true;
  let before = at - 1;
  while (tokens[before]?.text === '.') before -= 2;
  const previous = tokens[before];
  if (previous?.word === 'INTO' || previous?.word === 'AS') return true;
  if (previous?.text === '::') return true;
  // A common table with its columns: WITH x (a) AS (…), and the next ones behind commas.
  const isFirst = previous?.word === 'WITH' || previous?.word === 'RECURSIVE';
  return isFirst;
}

const setOf = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/));

/** What may stand before a parenthesis without being a call. */
const words = setOf(`
  ALL AND ANY ARRAY AS BETWEEN BETWEEN_AND BY CASE CHAR CONFLICT CROSS CUBE DECIMAL DISTINCT
  DISTINCT_FROM ELSE END EXCEPT EXISTS FILTER FROM GROUP GROUPING HAVING IGNORE ILIKE IN INNER
  INTERSECT INTERVAL INTO IS JOIN KEY LATERAL LIKE LIMIT MATERIALIZED NOT NULL NUMERIC OFFSET ON OR
  ORDER OVER PARTITION PRECEDING RETURNING ROLLUP ROW SELECT SET SETS SOME THEN TIMESTAMP UNION
  UPDATE USING VALUES VARCHAR VARYING WHEN WHERE WINDOW WITHIN
`);

/** All of them immutable or stable; checked against the catalogue of a real server. */
const scalars = setOf(`
  ABS AGE ARRAY_APPEND ARRAY_LENGTH ARRAY_POSITION ARRAY_TO_STRING BTRIM CARDINALITY CAST CEIL CEILING
  CHAR_LENGTH COALESCE CONCAT CONCAT_WS DATE DATE_PART DATE_TRUNC DECODE ENCODE EXTRACT FLOOR FORMAT
  GREATEST INITCAP JSONB_ARRAY_LENGTH JSONB_BUILD_ARRAY JSONB_BUILD_OBJECT JSONB_EXTRACT_PATH
  JSONB_EXTRACT_PATH_TEXT JSONB_STRIP_NULLS JSON_BUILD_ARRAY JSON_BUILD_OBJECT LEAST LEFT LENGTH LOWER
  LPAD LTRIM MAKE_DATE MD5 MOD NOW NULLIF OCTET_LENGTH OVERLAY PLAINTO_TSQUERY POSITION POWER
  REGEXP_REPLACE REPEAT REPLACE REVERSE RIGHT ROUND ROW_TO_JSON RPAD RTRIM SIGN SPLIT_PART SQRT
  STARTS_WITH STRPOS SUBSTR SUBSTRING TO_CHAR TO_DATE TO_JSON TO_JSONB TO_NUMBER TO_TIMESTAMP
  TO_TSQUERY TO_TSVECTOR TRANSLATE TRIM TRUNC TS_RANK UPPER WEBSEARCH_TO_TSQUERY
`);

const aggregates = setOf(`
  ARRAY_AGG AVG BIT_AND BIT_OR BOOL_AND BOOL_OR CORR COUNT EVERY JSONB_AGG JSONB_OBJECT_AGG JSON_AGG
  JSON_OBJECT_AGG MAX MIN MODE PERCENTILE_CONT PERCENTILE_DISC STDDEV STDDEV_POP STDDEV_SAMP
  STRING_AGG SUM VARIANCE VAR_POP VAR_SAMP
`);

const windows = setOf(`
  CUME_DIST DENSE_RANK FIRST_VALUE LAG LAST_VALUE LEAD NTH_VALUE NTILE PERCENT_RANK RANK ROW_NUMBER
`);

/** For the tests: every name above, in lower case, as a catalogue has it. */
export const knownFunctions: readonly string[] = [...scalars, ...aggregates, ...windows].map(
  (name) => name.toLowerCase(),
);
