import { expect, test } from '@jest/globals';
import type { ResourceSpans } from '@spandrel/engine/otlp';
import { forSeeds, oneOf } from '../../../engine/test/random.ts';
import { BrokenInput } from '../../src/analyze/broken-input.ts';
import { Bytes } from '../../src/analyze/bytes.ts';
import { readSpans } from '../../src/analyze/read-spans.ts';
import { jaegerTraces, otlpJson, recordedSpans } from './recorded.ts';

/** Ids of the spans in the order in which they were read. */
async function idsIn(chunks: readonly Buffer[]): Promise<string[]> {
  const ids: string[] = [];
  const take = (resources: readonly ResourceSpans[]): void => {
    for (const { service, spans } of resources) {
      for (const { spanId, scope } of spans) ids.push(`${service} ${scope} ${spanId}`);
    }
  };
  await readSpans(streamOf(chunks), { batches: 0, take });
  return ids;
}

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

function cutAnywhere(random: () => number, text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = Math.floor(random() ** 3 * 400);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** The same document with the keys of its objects in another order. */
function reordered(random: () => number, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(random, item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, reordered(random, one)] as const);
  const turned = random() < 0.5 ? entries : entries.reverse();
  const extra = random() < 0.3 ? [['x"\\', { spans: [{ a: '}]"' }] }] as const] : [];
  return Object.fromEntries([...extra, ...turned]);
}

const spans = recordedSpans(3);
const documents = [
  JSON.parse(otlpJson(spans)) as unknown,
  { data: jaegerTraces(spans) },
  jaegerTraces(spans),
];

test('documents of any layout, order of keys and splitting into chunks hold the same spans', async () => {
  const cases: [random: () => number, document: unknown][] = [];
  forSeeds(120, (random) => cases.push([random, oneOf(random, documents)]));
  for (const [random, document] of cases) {
    const expected = await idsIn([Buffer.from(JSON.stringify(document))]);
    const text = JSON.stringify(reordered(random, document), null, oneOf(random, [1, 2, '\t']));
    expect((await idsIn(cutAnywhere(random, text))).sort()).toEqual(expected.sort());
    expect(expected).toHaveLength(spans.length);
  }
});

test('a document that is cut short or spoilt is refused or holds no more than it did', async () => {
  const cases: [random: () => number, text: string][] = [];
  forSeeds(150, (random) => {
    const text = JSON.stringify(oneOf(random, documents), null, 1);
    const at = Math.floor(random() * text.length);
    const spoilt = `${text.slice(0, at)}${oneOf(random, ['', '{', ']', '"', ',', '\\', '\u0000'])}`;
    cases.push([random, random() < 0.5 ? spoilt : spoilt + text.slice(at + 1)]);
  });
  for (const [random, text] of cases) {
    const ids = await idsIn(cutAnywhere(random, text)).catch((error: unknown) => {
      expect(error).toBeInstanceOf(BrokenInput);
      return [];
    });
    expect(ids.length).toBeLessThanOrEqual(spans.length);
  }
});

test('what is not marked is not kept, however much goes by', async () => {
  let made = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (; made < 1000; made++) yield Buffer.alloc(1000, 0x20);
  }
  const bytes = new Bytes(endless());
  while (await bytes.more()) bytes.at = bytes.chunk.length;
  expect(bytes.position).toBe(1_000_000);
  expect(bytes.chunk.length).toBe(1000);
});
