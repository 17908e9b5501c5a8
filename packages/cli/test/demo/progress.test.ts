import { expect, test } from '@jest/globals';
import { progressOn } from '../../src/demo/progress.ts';
import { Written } from '../output.ts';

test('is plain lines without a terminal, updates left out', () => {
  const output = new Written();
  const progress = progressOn(output, false, () => 0);
  progress.step('starting');
  progress.update('5 requests');
  progress.done('9 requests');
  progress.warn('careful');
  expect(output.text).toBe('starting\n9 requests\ncareful\n');
});

test('is one changing line on a terminal, changed at most ten times a second', () => {
  let now = 0;
  const output = new Written(true);
  const progress = progressOn(output, false, () => now);
  progress.step('starting');
  progress.update('1');
  now += 50;
  progress.update('2');
  now += 50;
  progress.update('3');
  progress.done('over');
  expect(output.text.split('\r\u001b[2K')).toEqual(['', 'starting', '1', '3', 'over\n']);
});

test('is nothing but warnings when quiet', () => {
  const output = new Written(true);
  const progress = progressOn(output, true, () => 0);
  progress.step('starting');
  progress.update('1');
  progress.done('over');
  progress.warn('careful');
  expect(output.text).toBe('careful\n');
});
