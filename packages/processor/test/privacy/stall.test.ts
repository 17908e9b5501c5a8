import { expect, test } from '@jest/globals';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { aRequest, aRig, postgresAttributes } from '../build.ts';

const size = 100_000_000;
const client = 2;

/** The same text is flat already when it is measured: how it came about is not ours. */
function flat(text: string): string {
  Buffer.byteLength(text);
  return text;
}

const sql = { kind: client, attributes: postgresAttributes };
const http = { kind: client, attributes: { 'http.request.method': 'GET' } };
const redis = { kind: client, attributes: { 'db.system': 'redis' } };
const texts: Record<string, string> = {
  'one word': flat('a'.repeat(size)),
  blanks: flat(' '.repeat(size)),
  digits: flat('1'.repeat(size)),
  quotes: flat('\'"'.repeat(size / 2)),
  words: flat('GET a1b2 '.repeat(size / 9)),
  slashes: flat('/?'.repeat(size / 2)),
  lines: flat('at a (b:1:1\n'.repeat(size / 12)),
  openings: flat('=({['.repeat(size / 4)),
  'a list of values': flat(`SELECT * FROM t WHERE a IN (${"'x',".repeat(size / 4)}1)`),
  'a key': flat(`get user:${'x'.repeat(size)}`),
};
const places: [string, { kind: number; attributes: Attributes }, string][] = [
  ['a statement', sql, 'db.query.text'],
  ['a command', redis, 'db.statement'],
  ['a document', { kind: client, attributes: { 'db.system': 'mongodb' } }, 'db.statement'],
  ['a GraphQL document', http, 'graphql.source'],
  ['a URL', http, 'url.full'],
  ['a path', http, 'url.path'],
  ['a query', http, 'url.query'],
  ['a connection string', sql, 'db.connection_string'],
  ['a message', sql, 'exception.message'],
  ['a stack', sql, 'exception.stacktrace'],
  ['a type', sql, 'error.type'],
  ['an operation', redis, 'db.operation.name'],
];

/** What leaves of any text is less than this. */
const mostCharacters = 250_000;

function longestIn(span: ReadableSpan): number {
  const texts = [span.name, span.status.message ?? '', ...Object.values(span.attributes)];
  return Math.max(...texts.map((text) => String(text).length));
}

async function pauseOf(act: (request: ReturnType<typeof aRequest>) => void): Promise<number> {
  const rig = aRig({ allowedQueryParameters: ['a'] });
  const start = performance.now();
  const request = aRequest(rig, '/users');
  // Twice, so that it is a repeat as well.
  act(request);
  act(request);
  request.end();
  await rig.processor.forceFlush();
  const pause = performance.now() - start;
  expect(rig.exporter.spans).toHaveLength(3);
  expect(rig.processor.counts.droppedSpans).toEqual({});
  for (const span of rig.exporter.spans) {
    expect(longestIn(span)).toBeLessThan(mostCharacters);
  }
  return pause;
}

// Prints the longest pause; what holds on any machine is that no text is read to its end.
test.each(Object.keys(texts))('100 MB of %s hold up nobody, wherever they stand', async (what) => {
  const text = texts[what]!;
  const pauses: [number, string][] = [];
  for (const [place, given, name] of places) {
    const attributes = { ...given.attributes, [name]: text };
    const act = (request: ReturnType<typeof aRequest>): void =>
      void request.child('call', { ...given, attributes }).end();
    pauses.push([await pauseOf(act), place]);
  }
  const inStatus = (request: ReturnType<typeof aRequest>): void => {
    const child = request.child('call', { ...sql, attributes: { 'db.query.text': "SELECT 'a'" } });
    child.span.setStatus({ code: 2, message: text });
    child.end();
  };
  pauses.push([await pauseOf(inStatus), 'a status message']);
  const inName = (request: ReturnType<typeof aRequest>): void =>
    void request.child(text, { ...http, attributes: { 'url.path': '/a/42' } }).end();
  pauses.push([await pauseOf(inName), 'a name']);
  const [[longest, place]] = pauses.sort(([one], [other]) => other - one) as [[number, string]];
  console.log(`100 MB of ${what}: longest pause ${longest.toFixed(0)} ms, for ${place}`);
});
