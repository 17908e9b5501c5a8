// Mutated OTLP (protobuf and JSON) and Jaeger documents through the decoders and the analyzer.
//   node packages/engine/fuzz/documents.mjs [documents] [seed]
// Reads the built package. Fails for any exception but the decoders' own errors, for a document that
// takes a second, for memory that grows, and where the two ways through OTLP JSON differ.
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createAnalyzer } from '@spandrel/engine';
import { decodeJaegerJson, JaegerDecodeError } from '@spandrel/engine/jaeger';
import {
  decodeTraces,
  decodeTracesJson,
  JsonTraceReader,
  OtlpDecodeError,
} from '@spandrel/engine/otlp';
import { documentsOf } from './whole-documents.mjs';

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
console.log(`${count} documents, seed ${seed}`);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const random = randomFrom(seed);
const utf8 = new TextEncoder();
const text = new TextDecoder();

const bases = documentsOf(20);
const reader = new JsonTraceReader();
const decoders = { protobuf: decodeTraces, json: readJson, jaeger: readJaeger };
const kinds = Object.keys(decoders);
const outcomes = {};
let analyzer = createAnalyzer({ explain: true });
let slowestMs = 0;
let firstHeapMb = 0;

for (let n = 0; n < count; n++) {
  const kind = kinds[n % kinds.length];
  const document = mutated(oneOf(bases[kind]), kind);
  const startMs = performance.now();
  const outcome = outcomeOf(kind, document);
  const tookMs = performance.now() - startMs;
  slowestMs = Math.max(slowestMs, tookMs);
  if (tookMs > 1000) fail(n, kind, document, new Error(`it took ${tookMs.toFixed(0)} ms`));
  if (outcome instanceof Error) fail(n, kind, document, outcome);
  outcomes[`${kind} ${outcome}`] = (outcomes[`${kind} ${outcome}`] ?? 0) + 1;
  if (n % 1000 !== 999) continue;
  analyzer.finish();
  JSON.stringify(analyzer.report());
  analyzer = createAnalyzer({ explain: true });
  if (n + 1 === Math.ceil(count / 5 / 1000) * 1000) firstHeapMb = heapMb();
}

const grownMb = firstHeapMb === 0 ? 0 : heapMb() - firstHeapMb;
console.log(outcomes);
console.log(`slowest ${slowestMs.toFixed(1)} ms; heap grown by ${grownMb.toFixed(1)} MB`);
if (grownMb > 10) {
  console.error('memory grows');
  process.exit(1);
}

/** `spans`, `empty`, the code of a decode error, or the error that should not have been. */
function outcomeOf(kind, document) {
  try {
    const resources = decoders[kind](document);
    for (const { service, spans } of resources) analyzer.add(service, spans);
    return resources.length > 0 ? 'spans' : 'empty';
  } catch (error) {
    const isOurs = error instanceof OtlpDecodeError || error instanceof JaegerDecodeError;
    return isOurs ? error.code : error;
  }
}

/** Both ways; `not-json` where it is none. */
function readJson(bytes) {
  const plain = reader.read(bytes, (from, to) => text.decode(bytes.subarray(from, to)));
  const parsed = parsedOf(bytes);
  if (parsed === undefined) {
    if (plain !== undefined) throw new Error('the short way took what is not JSON');
    throw new OtlpDecodeError('not-json', '');
  }
  const decoded = decodeTracesJson(parsed);
  if (plain !== undefined && !isDeepStrictEqual(plain, decoded)) {
    throw new Error('the two ways differ');
  }
  return decoded;
}

function readJaeger(bytes) {
  const parsed = parsedOf(bytes);
  if (parsed === undefined) throw new OtlpDecodeError('not-json', '');
  return decodeJaegerJson(parsed);
}

function parsedOf(bytes) {
  try {
    return JSON.parse(text.decode(bytes));
  } catch {
    return undefined;
  }
}

/** Bytes changed, doubled, cut and crossed; in JSON also values replaced by others. */
function mutated(base, kind) {
  if (kind !== 'protobuf' && random() < 0.6) {
    const document = JSON.parse(text.decode(base));
    for (let n = below(3); n >= 0; n--) replaceSomewhere(document);
    return utf8.encode(JSON.stringify(document, null, random() < 0.1 ? 1 : 0));
  }
  let bytes = [...base];
  for (let n = below(4); n >= 0; n--) {
    const at = below(bytes.length + 1);
    const kindOfChange = random();
    if (kindOfChange < 0.4) bytes[at] = below(256);
    else if (kindOfChange < 0.55) bytes.splice(at, below(8));
    else if (kindOfChange < 0.7) bytes.splice(at, 0, ...bytes.slice(at, at + below(64)));
    else if (kindOfChange < 0.8) bytes.length = at;
    else if (kindOfChange < 0.9) bytes.splice(at, 0, 255, 255, 255, 255, 255, 255, 255, 255, 127);
    else bytes = [...bytes.slice(0, at), ...oneOf(bases[kind]).slice(below(base.length))];
  }
  return Uint8Array.from(bytes, (byte) => byte ?? 0);
}

function replaceSomewhere(document) {
  let parent = document;
  for (;;) {
    const keys = Object.keys(parent);
    if (keys.length === 0) return;
    const key = oneOf(keys);
    const value = parent[key];
    if (typeof value === 'object' && value !== null && random() < 0.85) parent = value;
    else {
      if (random() < 0.1) delete parent[key];
      else parent[key] = junk(value);
      return;
    }
  }
}

function junk(value) {
  const few = [
    null,
    '',
    0,
    -1,
    1e300,
    '9'.repeat(20),
    'x',
    [],
    {},
    true,
    [[]],
    '__proto__',
    '\u0000',
  ];
  if (random() < 0.2) return [value, value];
  return random() < 0.1 ? deep(below(200)) : oneOf(few);
}

function deep(depth) {
  let value = { stringValue: 'x' };
  for (let n = 0; n < depth; n++) value = { arrayValue: { values: [value] } };
  return value;
}

function fail(n, kind, document, error) {
  console.error(`document ${n} (${kind}, seed ${seed}):`, error);
  console.error(Buffer.from(document).toString('base64'));
  process.exit(1);
}

function heapMb() {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

function below(limit) {
  return Math.floor(random() * limit);
}

function oneOf(items) {
  return items[below(items.length)];
}

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function randomFrom(first) {
  let state = first;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
