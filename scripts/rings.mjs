// Checks the arrows of the house: engine <- adapters <- entries, inward only.
//   node scripts/rings.mjs
// Reads imports as text, so it needs no build. Exits with 1 and names file, line and rule.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each package may import of ours. A package that is not listed fails. */
const mayImport = {
  engine: [],
  processor: ['engine'],
  cache: [],
  bootstrap: ['engine', 'processor'],
  cli: ['engine', 'bootstrap'],
};

/** The engine is plain functions over plain data: time, files and settings arrive as arguments. */
const forbiddenInEngine = [
  [/\bfrom 'node:|\brequire\(/, 'no module of Node.js'],
  [/\bfrom '@opentelemetry\//, 'no OpenTelemetry SDK or API'],
  [
    /\bprocess\.|\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bsetTimeout\b|\bsetInterval\b/,
    'no clock, no environment',
  ],
];

const problems = [];
for (const name of readdirSync(join(root, 'packages'))) {
  const allowed = mayImport[name];
  if (allowed === undefined)
    problems.push(`packages/${name}: not in the table of scripts/rings.mjs`);
  else for (const file of sources(join(root, 'packages', name, 'src'))) check(name, allowed, file);
}
for (const problem of problems) console.error(problem);
console.error(
  problems.length === 0 ? 'rings: every arrow points inward' : `rings: ${problems.length} broken`,
);
process.exit(problems.length === 0 ? 0 : 1);

function check(name, allowed, file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.forEach((line, index) => {
    const place = `${relative(root, file)}:${index + 1}`;
    const imported = /(?:from|import|require\()\s*\(?'@spandrel\/([a-z]+)/.exec(line)?.[1];
    if (imported !== undefined && !allowed.includes(imported)) {
      problems.push(`${place}: @spandrel/${name} may not import @spandrel/${imported}`);
    }
    if (name !== 'engine' || /^\s*(\*|\/\/|\/\*)/.test(line)) return;
    for (const [pattern, rule] of forbiddenInEngine) {
      if (pattern.test(line)) problems.push(`${place}: engine: ${rule}`);
    }
  });
}

function sources(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
