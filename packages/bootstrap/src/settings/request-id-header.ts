import type { OptionSpec } from '@spandrel/engine';

/** The header in which callers say what they call a request. */
export const requestIdHeader: OptionSpec<string> = {
  default: 'x-request-id',
  env: 'SPANDREL_REQUEST_ID_HEADER',
  doc: 'Header of an incoming request that holds its id, for `currentRequest()`; without it the id is that of the trace.',
  rule: 'the name of a header',
  accepts: (given): given is string => typeof given === 'string' && /^[\w-]{1,100}$/.test(given),
  parse: (text) => text.trim(),
  schema: { type: 'string', pattern: '^[\\w-]{1,100}$' },
};
