import { cacheStampede } from './cache-stampede.ts';
import { duplicateQuery } from './duplicate-query.ts';
import { errorBurst } from './error-burst.ts';
import { graphqlResolverLoop } from './graphql-resolver-loop.ts';
import { httpInTransaction } from './http-in-transaction.ts';
import { largeResult } from './large-result.ts';
import { longTransaction } from './long-transaction.ts';
import { nPlusOneCache } from './n-plus-one-cache.ts';
import { nPlusOneHttp } from './n-plus-one-http.ts';
import { nPlusOneQuery } from './n-plus-one-query.ts';
import { nPlusOneRemote } from './n-plus-one-remote.ts';
import type { WholeTraceRule } from './n-plus-one-remote.ts';
import { poolWait } from './pool-wait.ts';
import { retryStorm } from './retry-storm.ts';
import type { Rule } from './rule.ts';
import { serialQueries } from './serial-queries.ts';
import { slowEndpoint } from './slow-endpoint.ts';
import { slowHttp } from './slow-http.ts';
import { slowQuery } from './slow-query.ts';

/** Every detector, in the order in which they are asked. A new rule is a file here and a line there. */
export const rules: readonly Rule[] = [
  nPlusOneQuery,
  duplicateQuery,
  nPlusOneHttp,
  nPlusOneCache,
  graphqlResolverLoop,
  serialQueries,
  retryStorm,
  errorBurst,
  slowQuery,
  slowHttp,
  slowEndpoint,
  poolWait,
  httpInTransaction,
  longTransaction,
  largeResult,
  cacheStampede,
];

/** Detectors over all parts of a trace that spans services. */
export const wholeTraceRules: readonly WholeTraceRule[] = [nPlusOneRemote];
