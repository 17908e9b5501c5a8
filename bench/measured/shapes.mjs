// CPU time per statement: `node shapes.mjs <method> [passes]`, one JSON document on stdout.
import { createRequire } from 'node:module';
import { readStatement, resolveEngineOptions, Statements } from '@spandrel/engine';
import { startClock, tell } from './cpu.mjs';
import { statementTexts } from './queries.mjs';

const [method, givenPasses] = process.argv.slice(2);
const textCount = 200;
/** Parameterised and with literals by halves, each of a shape of its own; 230 to 360 characters. */
const texts = statementTexts(textCount).map((text, number) =>
  number % 2 === 0 ? text : withLiterals(text, number),
);

function withLiterals(text, number) {
  const values = [`'account ${number}'`, "'open'", "'it''s'", `${10 + number}`];
  return text.replaceAll(/\$(\d)/g, (_, index) => values[index - 1]).replaceAll('"', '');
}

/** Remembers the last 100 texts, so that each of 200 is new again when its turn comes. */
const forgetful = { ...resolveEngineOptions(), maxStatements: 100 };

/**
 * What a careful hand writes with regular expressions: strings, quoted names and comments in one
 * alternation, because each may hold what looks like another; then white space, lists and case. It
 * groups these texts as we do, but would fold the case of quoted names, and knows no rows or casts.
 */
const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$\d+|\b\d+(?:\.\d+)?\b/g;
const gaps = /\s+/g;
const lists = /\(\s*\?(?:\s*,\s*\?)+\s*\)/g;
function normalize(text) {
  return text
    .replace(tokens, replacementOf)
    .replace(gaps, ' ')
    .replace(lists, '(?, ...)')
    .trim()
    .toLowerCase();
}

function replacementOf(token) {
  const code = token.charCodeAt(0);
  if (code === 34) return token;
  return code === 45 || code === 47 ? ' ' : '?';
}

function everyText(read) {
  return () => {
    for (let at = 0; at < textCount; at++) read(texts[at]);
  };
}

/** Each gives what one pass over the texts is, and how many passes settle and how many count. */
const methods = {
  /** The text was never seen, its shape was. */
  miss() {
    const statements = new Statements(forgetful);
    return {
      pass: everyText((text) => statements.get(text, 'postgresql')),
      warm: 300,
      count: 1500,
    };
  },
  /** The very string object was seen before. */
  hit() {
    const statements = new Statements(resolveEngineOptions());
    return {
      pass: everyText((text) => statements.get(text, 'postgresql')),
      warm: 2000,
      count: 100_000,
    };
  },
  /** The text was seen before, and is built anew each time; building it is in the figure. */
  fresh() {
    const statements = new Statements(resolveEngineOptions());
    const bytes = texts.map((text) => Buffer.from(text, 'latin1'));
    return {
      pass: () => {
        for (let at = 0; at < textCount; at++) {
          statements.get(bytes[at].toString('latin1'), 'postgresql');
        }
      },
      warm: 300,
      count: 3000,
    };
  },
  /** Nothing is known, not even the shape. */
  first() {
    return { pass: everyText((text) => readStatement(text, 'postgresql')), warm: 50, count: 200 };
  },
  regex() {
    return { pass: everyText(normalize), warm: 200, count: 600 };
  },
  async fingerprint() {
    const peers = createRequire(new URL('../peers/package.json', import.meta.url));
    const { loadModule, fingerprintSync } = peers('libpg-query');
    await loadModule();
    // Its code is compiled beside its first ten thousand calls; a cold figure is many times higher.
    return { pass: everyText(fingerprintSync), warm: 150, count: 100 };
  },
};

const { pass, warm, count } = await methods[method]();
for (let number = 0; number < warm; number++) pass();
const passes = Number(givenPasses ?? count);
const readClock = startClock();
for (let number = 0; number < passes; number++) pass();
const { cpuMs, wallMs } = readClock();
const items = passes * textCount;
tell({ cpuMs, wallMs, items, cpuNs: (cpuMs * 1e6) / items });
