// The preload's copy is CommonJS, this one an ES module: both are one.
import { createRequire } from 'node:module';
import { start } from '../../../dist/esm/index.js';

const other = createRequire(import.meta.url)('../../../dist/cjs/index.js');
console.log(start() === other.start(), start().isRunning);
