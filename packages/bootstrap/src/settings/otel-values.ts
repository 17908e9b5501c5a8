import { didYouMean, hidden, redactAddress } from '@spandrel/engine';
import { everyOtelVariable } from './otel-variables.ts';
import type { OtelValue, OtelVariable } from './otel-variables.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Those that we alone read, which the table of options checks and tells of. */
export const ownVariables = /^OTEL_BSP_|^OTEL_NODE_(EN|DIS)ABLED_/;

/**
 * A sentence for each `OTEL_*` variable whose value is wrong, which nobody here reads, or whose name
 * is nearly one: the specification asks for a warning and the default. Values that may be secret
 * are not in them.
 */
export function otelWarnings(env: Env): string[] {
  const given = Object.keys(env).filter((name) => name.startsWith('OTEL_') && text(env, name));
  if (given.length === 0) return [];
  const known = new Map(everyOtelVariable().map((variable) => [variable.name, variable]));
  return given.flatMap((name) => {
    const variable = known.get(name);
    if (variable !== undefined) return ownVariables.test(name) ? [] : warningsOf(variable, env);
    const meant = didYouMean(name, known.keys());
    return meant === '' ? [] : [`${name} is not a variable of OpenTelemetry${meant}`];
  });
}

/** Without blanks around it; empty for what is not set. */
function text(env: Env, name: string): string {
  return env[name]?.trim() ?? '';
}

function warningsOf(variable: OtelVariable, env: Env): string[] {
  const { name, value, by, doc } = variable;
  if (by === null) return [`${name} is ignored: ${doc}`];
  const rule = ruleBrokenIn(env, variable);
  if (rule === null) return [];
  const given = text(env, name);
  return [`${name} must be ${rule}, got ${shown(given, value)}; ${consequence(given, value)}`];
}

/** The rule in words when `env` breaks it; null when it does not, or does not set the variable. */
export function ruleBrokenIn(env: Env, { name, value }: OtelVariable): string | null {
  const given = text(env, name);
  if (given === '') return null;
  if (value.kind === 'address' && speaksGrpc(env) && /^[^\s/]+:\d{1,5}$/.test(given)) return null;
  return ruleBrokenBy(given, value);
}

/** Then an address may be `host:port`. */
export function speaksGrpc(env: Env): boolean {
  const names = ['', 'TRACES_', 'METRICS_', 'LOGS_'];
  return names.some((signal) => text(env, `OTEL_EXPORTER_OTLP_${signal}PROTOCOL`) === 'grpc');
}

function ruleBrokenBy(given: string, value: OtelValue): string | null {
  switch (value.kind) {
    case 'text':
    case 'file':
      return null;
    case 'flag':
      return /^(true|false)$/i.test(given) ? null : 'true or false';
    case 'number':
      return /^\d+$/.test(given) && Number(given) >= value.least && Number.isSafeInteger(+given)
        ? null
        : `a whole number of at least ${value.least}`;
    case 'ratio':
      return /^[\d.]+(e-?\d+)?$/i.test(given) && Number(given) <= 1 ? null : 'a number from 0 to 1';
    case 'name':
      return value.names.includes(given.toLowerCase()) ? null : listed(value.names);
    case 'names':
      return namesIn(given).every((one) => value.names.includes(one.toLowerCase()))
        ? null
        : listed(value.names);
    case 'address':
      return isAddress(given) ? null : 'an http:// or https:// address';
    case 'pairs':
      return namesIn(given).every((pair) => isPair(pair, value.secret))
        ? null
        : 'key=value pairs, parted by commas and percent-encoded';
  }
}

/** Members of a list, as the specification parts them. */
export function namesIn(given: string): string[] {
  return given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Without query and credentials, also of what only should be an address. */
export function shownAddress(given: string): string {
  return redactAddress(given);
}

export function isAddress(given: string): boolean {
  return /^https?:$/.test(URL.parse(given)?.protocol ?? '');
}

/** The known ones of a name or a list of names, as OpenTelemetry's parts spell them: in lower case. */
export function goodNames(given: string, value: OtelValue): string[] {
  if (value.kind !== 'name' && value.kind !== 'names') return [];
  const lower = given.toLowerCase();
  const names = value.kind === 'name' ? [lower.trim()] : namesIn(lower);
  return names.filter((name) => value.names.includes(name));
}

/** The value of a header may hold further `=`, that of an attribute must encode them. */
function isPair(pair: string, isHeader: boolean): boolean {
  const [key = '', ...values] = pair.split('=');
  const hasValue = isHeader ? values.length > 0 : values.length === 1;
  return key.trim() !== '' && hasValue && isDecodable(pair);
}

function isDecodable(given: string): boolean {
  try {
    decodeURIComponent(given);
    return true;
  } catch {
    return false;
  }
}

function shown(given: string, value: OtelValue): string {
  if (value.kind === 'pairs' && value.secret) return hidden();
  return JSON.stringify(value.kind === 'address' ? shownAddress(given) : given.slice(0, 200));
}

function consequence(given: string, value: OtelValue): string {
  if (value.kind === 'flag') return 'taken for false';
  if (value.kind === 'pairs') return value.secret ? 'the others count' : 'none of them counts';
  return goodNames(given, value).length > 0 ? 'the others count' : 'using the default';
}
