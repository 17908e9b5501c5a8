import { isMainThread } from 'node:worker_threads';
import { whyUnsupported } from './node-support.ts';

/**
 * The preload: `node --require @spandrel/bootstrap/register app.js`, or `--import`. Whatever is
 * wrong here costs the application nothing but one line on stderr. Always loaded as CommonJS, so
 * that both ways share one copy; the rest is required only where Node.js can carry it.
 */
const reason = whyUnsupported(process.versions.node);
if (reason !== null) {
  process.stderr.write(`spandrel: ${reason}\n`);
} else if (isMainThread) {
  try {
    if (needsTheWholeSdk(process.env)) {
      const { start } = require('./start.js') as typeof import('./start.ts');
      start();
    } else {
      // Made by scripts/bundle.mjs from preload.ts: the same code in one file.
      const { preload } = require('../preload/start.js') as typeof import('./preload.ts');
      preload();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`spandrel: not started: ${message}; the application runs without it\n`);
  }
}

/** What the preload's short road leaves to the Node SDK. */
function needsTheWholeSdk(env: NodeJS.ProcessEnv): boolean {
  return ['OTEL_CONFIG_FILE', 'OTEL_NODE_EXPERIMENTAL_SDK_METRICS'].some(
    (name) => (env[name]?.trim() ?? '') !== '',
  );
}
