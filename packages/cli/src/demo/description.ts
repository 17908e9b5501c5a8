import { createRequire } from 'node:module';
import type { Phase } from './traffic.ts';

/** A process of the example, started with the preload. */
export interface ServiceDescription {
  /** Its `service.name`. */
  readonly name: string;
  /** From the root of the checkout. */
  readonly entry: string;
  /** The variable by which services started later learn its address. */
  readonly addressVariable?: string;
}

/** What to send first, and the header that all other requests then carry. */
export interface Login {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** Field of the answer that holds the token. */
  readonly tokenField: string;
  readonly header: string;
  readonly scheme: string;
}

/** What the example says about itself, in its `demo.ts`. */
export interface Description {
  readonly databaseEntry: string;
  /** In the order of their start; requests go to the last. */
  readonly services: readonly ServiceDescription[];
  readonly phases: readonly Phase[];
  readonly login: Login;
}

/** Loads a description; it is TypeScript, which Node runs as it is. */
export function readDescription(file: string): Description {
  return createRequire(file)(file) as Description;
}
