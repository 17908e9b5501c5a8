import type { Query } from '../database.ts';
import type { QueryShape } from '../sql/statement.ts';
import { groupBy } from '../group-by.ts';
import { ATTR_DB_PARAMETERS_HASH } from '../names.ts';
import { onceATrace } from '../once-a-trace.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { startedBy } from './started-by.ts';

/** Where a connection turns to another schema, database, role or tenant variable. */
export interface Switch {
  readonly span: Span;
  /** Equal where the same was chosen; an unknown value is like no other. */
  readonly tenant: string;
}

/** The switches of a trace in order of start; nearly always none. */
export const switchesOf = onceATrace(readSwitches);

const none: readonly Switch[] = [];

function readSwitches(trace: Trace): readonly Switch[] {
  const found = [...trace.controls, ...trace.queries].filter(({ statement }) =>
    isSwitch(statement.shape),
  );
  if (found.length === 0) return none;
  return inOrderOfStart(found).map(({ span, statement }) => {
    const { hash, hasValues } = statement.shape;
    // A value leaves the process removed, so that it must not count inside it either: only its hash.
    const value = span.attributes[ATTR_DB_PARAMETERS_HASH] ?? span.spanId;
    return { span, tenant: hasValues ? `${hash} ${String(value)}` : hash };
  });
}

/**
 * `SET search_path`, `SET SCHEMA`, `USE`, `SET ROLE`, and a variable with a dot in its name, which
 * row-level security reads; `set_config` does the same in a SELECT.
 */
export function isSwitch({ kind, text }: QueryShape): boolean {
  if (kind === 'session') return setsTenant.test(text);
  return kind === 'query' && text.startsWith('select ') && setConfig.test(text);
}

const setsTenant =
  /^(?:use\b|(?:re)?set (?:session |local )?(?:search_path|schema|role|authorization|"?\w+"?\.)|alter session set)/;
const setConfig = /^select (?:pg_catalog\.)?set_config\(/;

/** For whom each query was sent: what the last switch before it under the same parent had chosen. */
export function tenantsOf(trace: Trace): (query: Query) => string {
  const byParent = groupBy(switchesOf(trace), ({ span }) => trace.parentOf(span));
  return ({ span }) => {
    const switches = byParent.get(trace.parentOf(span)) ?? [];
    return switches[startedBy(switches, span.startMs) - 1]?.tenant ?? '';
  };
}

/** True when at least as many tenants as `calls` were chosen: each call may be another's. */
export function isOnePerTenant(trace: Trace, calls: readonly Query[]): boolean {
  const switches = switchesOf(trace);
  if (switches.length < calls.length) return false;
  return new Set(switches.map(({ tenant }) => tenant)).size >= calls.length;
}
