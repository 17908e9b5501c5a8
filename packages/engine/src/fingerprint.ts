import { hash64 } from './hash.ts';
import type { CallSite, RuleName } from './types.ts';

/**
 * Identity of a problem over time and machines: rule, query shape and call site by file and
 * function, never by line, so that it survives edits above it. Without a call site the nearest
 * named ancestor and the endpoint take its place.
 */
export function fingerprintOf(identity: {
  readonly rule: RuleName;
  readonly shape: string | null;
  readonly callSite: CallSite | null;
  readonly ancestor: string;
  readonly endpoint: string;
}): string {
  const { rule, shape, callSite, ancestor, endpoint } = identity;
  const place =
    callSite === null
      ? ['ancestor', ancestor, endpoint]
      : ['site', callSite.file, callSite.function ?? ''];
  return hash64([rule, shape ?? '', ...place].join('\u0000'));
}
