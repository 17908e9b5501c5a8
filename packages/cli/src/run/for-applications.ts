/**
 * Loaded by `NODE_OPTIONS` into everything that `spandrel run` and `spandrel doctor` start: hands
 * over to the files named in `_SPANDREL_PRELOADS` (paths, parted by line ends), but not in package
 * managers, which start an application and are none. Always loaded as CommonJS; never throws.
 */
const isPackageManager = /[\\/](npm|npx|pnpm|pnpx|yarn|corepack)(-cli)?(\.[cm]?js)?$/;

if (!isPackageManager.test(process.argv[1] ?? '')) {
  for (const file of process.env['_SPANDREL_PRELOADS']?.split('\n') ?? []) {
    try {
      require(file);
    } catch (error) {
      process.stderr.write(`spandrel: ${file} could not be loaded: ${String(error)}\n`);
    }
  }
}
