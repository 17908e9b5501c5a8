import { expect, test } from '@jest/globals';
import { nearestAbove } from '../../src/calls/nearest-above.ts';
import { aTrace } from '../build.ts';

test('the nearest span that is wanted is found, and none above the root', () => {
  const trace = aTrace()
    .withSpan({ spanId: 'outer', name: 'wanted' })
    .withSpan({ spanId: 'inner', name: 'wanted', under: 'outer' })
    .withSpan({ spanId: 'work', under: 'inner' })
    .withSpan({ spanId: 'leaf', under: 'work' })
    .withSpan({ spanId: 'other' })
    .asTrace();
  const above = nearestAbove(trace, ({ name }) => name === 'wanted');
  const idAbove = (id: string): string | undefined => above(trace.spanOf(id)!)?.spanId;
  expect(['leaf', 'work', 'inner', 'outer', 'other', 'root'].map(idAbove)).toEqual([
    'inner',
    'inner',
    'outer',
    undefined,
    undefined,
    undefined,
  ]);
});

test('a circle ends, and a deep chain is walked once', () => {
  const circle = aTrace()
    .withSpan({ spanId: 'a', under: 'b' })
    .withSpan({ spanId: 'b', under: 'a' })
    .asTrace();
  expect(nearestAbove(circle, () => false)(circle.spanOf('a')!)).toBeUndefined();

  const deep = aTrace();
  for (let n = 0; n < 5000; n++)
    deep.withSpan({ spanId: `${n}`, under: n === 0 ? 'root' : `${n - 1}` });
  const trace = deep.asTrace();
  let asked = 0;
  const above = nearestAbove(trace, () => {
    asked++;
    return false;
  });
  for (const span of trace.spans) above(span);
  expect(asked).toBeLessThanOrEqual(trace.spans.length);
});
