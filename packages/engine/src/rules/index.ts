import { nPlusOneQuery } from './n-plus-one-query.ts';
import type { Rule } from './rule.ts';
import { slowEndpoint } from './slow-endpoint.ts';
import { slowQuery } from './slow-query.ts';

/** Every detector, in the order in which they are asked. A new rule is a file here and a line there. */
export const rules: readonly Rule[] = [nPlusOneQuery, slowQuery, slowEndpoint];
