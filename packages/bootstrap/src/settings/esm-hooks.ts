import type { OptionSpec } from '@spandrel/engine';

const modes = ['auto', 'sync', 'async', 'off'] as const;

export type EsmHooks = (typeof modes)[number];

/** How modules that are loaded with `import` are seen. */
export const esmHooks: OptionSpec<EsmHooks> = {
  default: 'auto',
  env: 'SPANDREL_ESM_HOOKS',
  doc: 'How modules that are loaded with `import` are instrumented: `sync`, in the thread, on Node.js from 22.22.3 and 24.11.1 on; `async`, by a thread of its own; `auto`, what the release supports; `off`.',
  rule: 'auto, sync, async or off',
  accepts: (given): given is EsmHooks => (modes as readonly unknown[]).includes(given),
  parse: (text) => text.trim() as EsmHooks,
  schema: { type: 'string', enum: modes },
};
