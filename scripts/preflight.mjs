// Runs before every npm script: the OpenTelemetry SDK 3 line and keyv 6 need a newer Node than some
// machines carry, so npm itself brings one (the devDependency `node`). Say plainly when it did not.
const needed = [22, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `spandrel: this script runs under Node ${process.versions.node}, but needs ${needed.join('.')} or newer.\n` +
      'Node 24 comes with the dev dependencies: run `npm ci` and start the script through npm (`npm run …`).\n' +
      'If you did, its install script was blocked: `npm rebuild node`, or use any Node from 22.19 on.',
  );
  process.exit(1);
}
