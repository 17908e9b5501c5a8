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
    const { start } = require('./start.js') as typeof import('./start.ts');
    start();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`spandrel: not started: ${message}; the application runs without it\n`);
  }
}
