import { rules, watchers, wholeTraceRules } from '@spandrel/engine';
import type { Context } from './context.ts';
import { paintFor } from './report/paint.ts';

/** `spandrel rules`: name and sentence of every rule, in the order in which they are asked. */
export async function listRules({ stdout, env }: Context): Promise<number> {
  const paint = paintFor(stdout, env);
  for (const { name, firesWhen } of [...rules, ...wholeTraceRules, ...watchers]) {
    stdout.write(`${paint('bold', name)}\n  ${firesWhen}\n`);
  }
  return 0;
}
