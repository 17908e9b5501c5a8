// Uses nothing that is instrumented; tells which of our files and of the hook libraries are loaded.
require('node:fs').readFileSync(__filename);

const loaded = Object.keys(require.cache).filter((path) =>
  /dist[\\/]preload|import-in-the-middle|require-in-the-middle/.test(path),
);
console.log(JSON.stringify(loaded.map((path) => path.replace(/^.*[\\/]dist[\\/]/, ''))));
