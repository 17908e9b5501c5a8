// The same as an ES module.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import run from './run.cjs';

const { resolve } = createRequire(`${process.env.PEER}/`);
const names = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@spandrel/processor'];
const modules = new Map();
// What `import` finds from the peer's folder: the condition counts, so ours is looked up by hand.
for (const name of names)
  modules.set(name, await import(pathToFileURL(esmOf(name, resolve(name)))));
await run((name) => modules.get(name));

function esmOf(name, file) {
  return name === '@spandrel/processor' ? file.replace('/dist/cjs/', '/dist/esm/') : file;
}
