// Bundles the preload: the files of dist/esm, with what they import, as few CommonJS files in
// dist/preload. What starts the process is one file, what is loaded later one file each, what these
// share a file as well. Called by build.mjs after the compiler.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * What stays outside: the hooks, which must reach those whom the application's own instrumentations
 * tell; and gRPC, which looks for files of its own and is as large as all the rest.
 */
const external = [
  /^import-in-the-middle(\/(?!supports-sync-hooks).*)?$/,
  /^@opentelemetry\/exporter-\w+-otlp-grpc$/,
];

/** Our packages and OpenTelemetry's do nothing when they are only loaded, so unused files go. */
const withoutSideEffects = /[\\/](@opentelemetry|packages[\\/](engine|processor|bootstrap))[\\/]/;

/** In place of load.cts: from wherever in the bundle it lands, which is its folder's top. */
const loader = {
  name: 'load',
  resolveId: (specifier) => (specifier.endsWith('/load.cjs') ? '\0load' : null),
  load: (id) =>
    id === '\0load'
      ? `import { pathToFileURL } from 'node:url';
         export const load = (part) => bundleRequire('./' + part + '.js');
         export const loadInstrumentation = (file) => load('instrumentations/' + file);
         export const locate = (specifier) => pathToFileURL(bundleRequire.resolve(specifier)).href;`
      : null,
  renderChunk: (code) => code.replaceAll('bundleRequire', 'require'),
};

/** In place of `debug`, which require-in-the-middle loads with its colours and asks nothing but words of. */
const silence = {
  name: 'silence',
  resolveId: (specifier) => (specifier === 'debug' ? '\0debug' : null),
  load: (id) => (id === '\0debug' ? 'module.exports = () => () => {};' : null),
};

export async function bundlePreload(packageDir) {
  const source = (file) => join(packageDir, 'dist/esm', `${file}.js`);
  const read = (file) => import(`${pathToFileURL(source(file)).href}?${Date.now()}`);
  const { parts } = await read('parts');
  const { instrumentationTable } = await read('instrumentations/table');
  const instrumentations = instrumentationTable.map(({ file }) => `instrumentations/${file}`);
  const later = Object.fromEntries(
    [...parts, ...instrumentations].map((file) => [file, source(file)]),
  );
  const options = (input) => ({
    input,
    external,
    platform: 'node',
    cwd: packageDir,
    resolve: { conditionNames: ['node', 'import', 'module', 'default'] },
    treeshake: { moduleSideEffects: (id) => (withoutSideEffects.test(id) ? false : undefined) },
    plugins: [loader, silence],
    logLevel: 'warn',
  });
  const preload = { preload: source('preload') };
  const atStart = new Set((await generate(options(preload))).flatMap(({ moduleIds }) => moduleIds));
  const dir = join(packageDir, 'dist/preload');
  rmSync(dir, { recursive: true, force: true });
  const bundle = await rolldown(options({ ...preload, ...later }));
  const { output } = await bundle.write({
    dir,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: { groups: [{ name: 'start', test: (id) => atStart.has(id) }] },
    // `register` takes `preload` from there, without the file of the entry.
    minifyInternalExports: false,
    // Names stay: stacks are read, and who registers an SDK is told by the name of its class.
    minify: {
      mangle: { keepNames: true },
      compress: { keepNames: { class: true, function: true } },
      codegen: { removeWhitespace: true },
    },
  });
  await bundle.close();
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  writeFileSync(join(dir, 'package.json'), '{"type":"commonjs"}\n');
  writeFileSync(join(dir, 'THIRD-PARTY-LICENSES.txt'), licencesOf(modules));
}

/** The files of a bundle that is not written; those loaded later are not among them. */
async function generate(options) {
  const bundle = await rolldown(options);
  const { output } = await bundle.generate({ format: 'cjs' });
  await bundle.close();
  return output.filter(({ isEntry }) => isEntry);
}

/** Name, version and the licence files of every package that is in the bundle, each once. */
function licencesOf(modules) {
  const folders = modules.map(
    (id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0],
  );
  const texts = new Map();
  for (const folder of new Set(folders.filter((one) => one !== undefined))) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    if (name.startsWith('@spandrel/')) continue;
    const text = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^(licen[cs]e|notice)(\.(md|txt))?$/i.test(entry.name))
      .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim())
      .join('\n\n');
    const title = `${name} ${version} (${license})`;
    const known = [...texts].find(([, one]) => one.text === text)?.[1];
    if (known === undefined) texts.set(title, { titles: [title], text });
    else known.titles.push(title);
  }
  const parts = [...texts.values()].map(
    ({ titles, text }) => `${titles.sort().join('\n')}\n\n${text}`,
  );
  return `The files in this folder contain the following packages.\n\n${parts.sort().join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
