import { describe, expect, test } from '@jest/globals';
import { TraceBook } from '../src/trace-book.ts';

interface Item {
  readonly id: string;
}
const idOf = ({ id }: Item): string => id;
const aBook = (maxOpenTraces = 10, maxSpansPerTrace = 100): TraceBook<Item, string> =>
  new TraceBook({ maxOpenTraces, maxSpansPerTrace });
const ids = (items: readonly Item[]): string[] => items.map(idOf);

test('hands out what was kept when the root ends, and forgets the trace', () => {
  const book = aBook();
  const trace = book.open('t', 'root', 5)!;
  expect(trace).toMatchObject({ traceId: 't', rootId: 'root', sinceMs: 5, cutCount: 0 });
  book.keep(trace, { id: 'a' });
  book.keep(trace, { id: 'b' });
  expect(book.get('t')).toBe(trace);
  expect(ids(book.close(trace, 'root', idOf))).toEqual(['a', 'b']);
  expect([book.size, book.get('t')]).toEqual([0, undefined]);
});

test('a full book refuses new traces and keeps those it has', () => {
  const book = aBook(2);
  const [one] = [book.open('1', 'r', 0), book.open('2', 'r', 0)];
  expect(book.open('3', 'r', 0)).toBeUndefined();
  expect(book.open('1', 'second root', 0)).toBe(one);
  expect(book.size).toBe(2);
  book.forget(book.get('2')!);
  expect(book.open('3', 'r', 0)).toBeDefined();
});

test('a full trace refuses items and counts them', () => {
  const book = aBook(1, 2);
  const trace = book.open('t', 'root', 0)!;
  const kept = ['a', 'b', 'c', 'd'].map((id) => book.keep(trace, { id }));
  expect(kept).toEqual([true, true, false, false]);
  expect(trace.cutCount).toBe(2);
});

test('forgetting twice is forgetting once', () => {
  const book = aBook();
  const trace = book.open('t', 'r', 0)!;
  book.open('t', 'r2', 0);
  book.forget(trace);
  book.forget(trace);
  expect([book.size, book.mustFollow]).toEqual([0, false]);
});

describe('a trace with two roots', () => {
  function twoRoots(book = aBook()) {
    const trace = book.open('t', 'r1', 0)!;
    book.keep(trace, { id: 'before' });
    book.open('t', 'r2', 0);
    trace.follow('b', 'r2');
    trace.follow('c', 'b');
    trace.follow('a', 'r1');
    for (const id of ['a', 'b', 'c']) book.keep(trace, { id });
    return { book, trace };
  }

  test('must be followed from the second root on until it is over', () => {
    const book = aBook();
    const one = book.open('t', 'r1', 0)!;
    expect(book.mustFollow).toBe(false);
    book.open('t', 'r2', 0);
    expect([book.mustFollow, one.hasSeveralRoots]).toEqual([true, true]);
    book.close(one, 'r2', idOf);
    expect(book.mustFollow).toBe(true);
    book.close(one, 'r1', idOf);
    expect(book.mustFollow).toBe(false);
  });

  test('gives each root its own, the inner one first', () => {
    const { book, trace } = twoRoots();
    expect(ids(book.close(trace, 'r2', idOf))).toEqual(['b', 'c']);
    expect(book.get('t')).toBe(trace);
    expect(ids(book.close(trace, 'r1', idOf))).toEqual(['before', 'a']);
    expect(book.size).toBe(0);
  });

  test('gives each root its own, the outer one first', () => {
    const { book, trace } = twoRoots();
    expect(ids(book.close(trace, 'r1', idOf))).toEqual(['before', 'a']);
    expect(ids(book.close(trace, 'r2', idOf))).toEqual(['b', 'c']);
    expect(book.size).toBe(0);
  });

  test('loses nothing that ends after its own root', () => {
    const { book, trace } = twoRoots();
    book.close(trace, 'r1', idOf);
    book.keep(trace, { id: 'late for r1' });
    expect(ids(book.close(trace, 'r2', idOf))).toEqual(['b', 'c', 'late for r1']);
  });

  test('has room again when a root has taken its own', () => {
    const { book, trace } = twoRoots(aBook(1, 4));
    expect(book.keep(trace, { id: 'd' })).toBe(false);
    book.close(trace, 'r2', idOf);
    expect(book.keep(trace, { id: 'd' })).toBe(true);
  });

  test('follows so many children and no more', () => {
    const { book, trace } = twoRoots(aBook(1, 4));
    for (let n = 0; n < 1000; n++) trace.follow(`child${n}`, 'r2');
    book.close(trace, 'r2', idOf);
    book.keep(trace, { id: 'child0' });
    book.keep(trace, { id: 'child999' });
    // child0 was followed to r2; child999 was not, and belongs to the first root like any other.
    expect(ids(book.close(trace, 'r1', idOf))).toContain('child999');
  });
});
