// Stands where the preload would: starts in code, over the whole Node SDK.
require('../../dist/cjs/index.js').start();
