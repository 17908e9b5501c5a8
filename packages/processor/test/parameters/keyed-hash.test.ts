import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { KeyedHash, keyOf, randomKey } from '../../src/parameters/keyed-hash.ts';

/** The key and the inputs of SipHash's published vectors: bytes counting up from 0. */
const countingKey = Uint8Array.from({ length: 16 }, (_, byte) => byte);
const countingText = (length: number): string =>
  Buffer.from(Array.from({ length }, (_, byte) => byte)).toString('utf16le');

describe('a keyed hash', () => {
  test.each([
    [0, '726fdb47dd0e0e31'],
    [2, '0d6c8009d9a94f5a'],
    [4, 'cf2794e0277187b7'],
    [6, 'cbc9466e58fee3ce'],
    [8, '93f5f5799a932462'],
    [10, '7a5dbbc594ddb9f3'],
    [12, '751e8fbc860ee5fb'],
    [14, 'f723ca908e7af2ee'],
  ])('is SipHash-2-4, as its authors published it for %i bytes', (bytes, hash) => {
    expect(new KeyedHash(countingKey).of(countingText(bytes))).toBe(hash);
  });

  test('is 16 digits for texts of any length and script', () => {
    const hash = new KeyedHash(randomKey());
    const texts = ['', 'a', 'é', '漢字', '😀', '\0', '\u{d800}', 'x'.repeat(1_000_003)];
    const hashes = texts.map((text) => hash.of(text));
    for (const one of hashes) expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(hashes).size).toBe(texts.length);
  });

  test('differs under another key, and not under the same words', () => {
    const [a, b, c] = ['one secret', 'one secret', 'another'].map((words) =>
      new KeyedHash(keyOf(words)).of('42'),
    );
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(new KeyedHash(randomKey()).of('42')).not.toBe(new KeyedHash(randomKey()).of('42'));
  });

  test('spreads close texts: no two of 20,000 numbers meet, every digit is as likely', () => {
    const hash = new KeyedHash(createHash('sha256').update(randomBytes(8)).digest());
    const hashes = Array.from({ length: 20_000 }, (_, number) => hash.of(String(number)));
    expect(new Set(hashes).size).toBe(20_000);
    const counts = new Map<string, number>();
    for (const digit of hashes.join('')) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    for (const count of counts.values()) expect(Math.abs(count - 20_000)).toBeLessThan(1000);
  });
});
