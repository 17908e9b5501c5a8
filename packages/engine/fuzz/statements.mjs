// Reads mutated statements: `node --expose-gc packages/engine/fuzz/statements.mjs [count] [seed]`.
// Fails on an exception, a shape that is not its own shape, a reading that hangs, or memory that
// grows. Reads the built package.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { literalsOf, readStatement, resolveEngineOptions, Statements } from '@spandrel/engine';

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const dialects = ['postgresql', 'mysql', 'sqlite', 'mssql', 'standard', 'other'];
const pieces = [
  ["'", '"', '`', '$$', '$a$', '$1', '?', ':a', '@b', '#', '--', '/*', '*/', '\\', '\n', '\0'],
  ['(', ')', ',', ';', '.', '...', '::', '[', ']', '-', '+', ' NULL ', ' IN ', ' VALUES ', "E'"],
  ["q'[", "U&'", '0x', '1e', 'é', '\u00a0', '\ufeff', '\ud83d', ' FROM ', ' SELECT ', ' WITH '],
].flat();
/** Memory that the process may hold above what it held after a tenth of the run. */
const allowedGrowthBytes = 16 << 20;
/** No single statement of some hundred characters takes this long, however busy the machine is. */
const hangMs = 2000;

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function randomFrom(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Every statement of the corpora, whatever it is called there. */
function seeds() {
  const folder = fileURLToPath(new URL('../corpus/sql/', import.meta.url));
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.json'));
  const statements = [];
  const collect = (value, key) => {
    if (typeof value === 'string') {
      if (['sql', 'input', 'query', 'expected'].includes(key))
        statements.push(value.slice(0, 4000));
    } else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) collect(inner, name);
    }
  };
  for (const file of files) collect(JSON.parse(readFileSync(`${folder}${file}`, 'utf8')), '');
  return statements;
}

const random = randomFrom(seed);
const below = (limit) => Math.floor(random() * limit);
const statements = seeds();

/** One to four changes: a piece put in, a stretch taken out, doubled, moved or cut off. */
function mutated() {
  let text = statements[below(statements.length)];
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const from = below(text.length + 1);
    const to = Math.min(text.length, from + below(30));
    const stretch = text.slice(from, to);
    const kind = below(6);
    if (kind === 0) text = text.slice(0, from) + pieces[below(pieces.length)] + text.slice(from);
    else if (kind === 1) text = text.slice(0, from) + text.slice(to);
    else if (kind === 2) text = text.slice(0, to) + stretch.repeat(1 + below(20)) + text.slice(to);
    else if (kind === 3) text = text.slice(0, from);
    else if (kind === 4) text = stretch + text;
    else text = text.slice(0, from) + statements[below(statements.length)].slice(below(50));
    text = text.slice(0, 20_000);
  }
  return text;
}

function read(text, dialect, memory) {
  const statement = memory.get(text, dialect);
  const { shape, exportText, isCut, tags } = statement;
  const again = readStatement(shape.text, dialect).shape;
  if (again.text !== shape.text || again.hash !== shape.hash) throw new Error('not its own shape');
  const exported = readStatement(exportText, dialect);
  if (exported.shape.text !== shape.text) throw new Error('the exported text has another shape');
  if (shape.summary.length > 255) throw new Error('a summary too long');
  return literalsOf(text, dialect).all.length + Number(isCut) + Number(tags !== null);
}

const memory = new Statements(resolveEngineOptions());
let characters = 0;
let longestMs = 0;
let settledBytes = 0;
const startMs = performance.now();
for (let number = 0; number < count; number++) {
  const text = mutated();
  const dialect = dialects[below(dialects.length)];
  const beforeMs = performance.now();
  try {
    read(text, dialect, memory);
  } catch (error) {
    console.error(`statement ${number} of seed ${seed} (${dialect}): ${JSON.stringify(text)}`);
    throw error;
  }
  const tookMs = performance.now() - beforeMs;
  longestMs = Math.max(longestMs, tookMs);
  if (tookMs > hangMs) throw new Error(`seed ${seed}: ${tookMs} ms for ${JSON.stringify(text)}`);
  characters += text.length;
  if ((number + 1) % Math.ceil(count / 10) === 0) {
    globalThis.gc?.();
    const bytes = process.memoryUsage().heapUsed;
    settledBytes ||= bytes;
    console.error(`${number + 1} read, heap ${(bytes / (1 << 20)).toFixed(1)} MiB`);
    if (globalThis.gc !== undefined && bytes - settledBytes > allowedGrowthBytes) {
      throw new Error(`seed ${seed}: the heap grew by ${bytes - settledBytes} bytes`);
    }
  }
}
const tookMs = performance.now() - startMs;
console.log(
  `${count} statements (${characters} characters, seed ${seed}) in ${(tookMs / 1000).toFixed(0)} s; ` +
    `no exception, longest ${longestMs.toFixed(1)} ms`,
);
