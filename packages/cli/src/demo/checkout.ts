import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../failure.ts';

/** Where the demo finds its parts. Absolute paths. */
export interface Checkout {
  readonly root: string;
  /** The example's `demo.ts`: what to start and what to send. */
  readonly description: string;
  /** The preload, built. */
  readonly register: string;
}

/** The checkout that holds `file`, looking upwards. Throws `Failure` where there is none. */
export function findCheckout(file: string): Checkout {
  for (let root = dirname(file); root !== dirname(root); root = dirname(root)) {
    const description = join(root, 'examples/meetings-api/src/demo.ts');
    if (!existsSync(description)) continue;
    const register = join(root, 'packages/bootstrap/dist/cjs/register.js');
    if (existsSync(register)) return { root, description, register };
    throw new Failure(`${register} is not there: run npm run build first`);
  }
  throw new Failure(
    'the demo runs from a checkout of the repository: clone it, then npm ci && npm run demo',
  );
}
