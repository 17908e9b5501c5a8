import { fileURLToPath } from 'node:url';

export default {
  // What is instrumented, and what instruments it, is not bundled.
  serverExternalPackages: ['@spandrel/bootstrap', 'pg'],
  turbopack: { root: fileURLToPath(new URL('../../../../..', import.meta.url)) },
};
