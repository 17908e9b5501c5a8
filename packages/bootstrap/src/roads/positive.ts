import { diag } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';

/** A variable that must be above 0; undefined, which is the SDK's default, for anything else. */
export function positiveFromEnv(name: string): number | undefined {
  const value = getNumberFromEnv(name);
  if (value === undefined || value > 0) return value;
  diag.warn(`${name} must be above 0, got ${value}; using the default`);
  return undefined;
}
