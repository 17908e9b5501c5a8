import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { allowRepeats } from '../src/index.ts';
import { aRig } from './build.ts';

function reasonOn(span: Span): unknown {
  return (span as never as ReadableSpan).attributes['spandrel.allow_repeats'];
}

describe('inside allowRepeats', () => {
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterEach(() => context.disable());

  function aTracer() {
    const tracer = aRig().tracer('app');
    return (name: string) => tracer.startSpan(name);
  }

  test('every span that starts carries the reason, roots too', () => {
    const start = aTracer();
    const spans = allowRepeats('a nightly export', () => [start('job'), start('step')]);
    expect(spans.map(reasonOn)).toEqual(['a nightly export', 'a nightly export']);
  });

  test('also after an await, and no longer outside', async () => {
    const start = aTracer();
    const inside = allowRepeats('a nightly export', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return start('late');
    });
    expect(reasonOn(start('meanwhile'))).toBeUndefined();
    expect(reasonOn(await inside)).toBe('a nightly export');
    expect(reasonOn(start('after'))).toBeUndefined();
  });

  test('the inner reason holds', () => {
    const start = aTracer();
    const span = allowRepeats('outer', () => allowRepeats('inner', () => start('a')));
    expect(reasonOn(span)).toBe('inner');
  });

  test('a long reason is cut', () => {
    const start = aTracer();
    const span = allowRepeats('x'.repeat(5000), () => start('a'));
    expect(reasonOn(span)).toBe('x'.repeat(200));
  });

  test('what is thrown comes through', () => {
    const fail = (): never => {
      throw new Error('its own');
    };
    expect(() => allowRepeats('why', fail)).toThrow('its own');
  });

  test('the key is the same for every copy of this package', () => {
    const key = createContextKey('spandrel.allow_repeats');
    expect(allowRepeats('why', () => context.active().getValue(key))).toBe('why');
  });
});

test('a span whose context holds something else under our key is left alone', () => {
  const around = ROOT_CONTEXT.setValue(createContextKey('spandrel.allow_repeats'), { odd: true });
  const span = aRig().tracer('app').startSpan('a', {}, around);
  expect(reasonOn(span)).toBeUndefined();
});

describe('without an SDK', () => {
  test('the work is done and its result handed back', async () => {
    expect(allowRepeats('why', () => 7)).toBe(7);
    expect(await allowRepeats('why', async () => Promise.resolve(7))).toBe(7);
  });
});

describe('at the door', () => {
  const work = (): void => undefined;

  test.each<[unknown, unknown, string]>([
    [undefined, work, 'reason must be a text, got undefined'],
    [7, work, 'reason must be a text, got number'],
    [null, work, 'reason must be a text, got null'],
    ['why', undefined, 'work must be a function, got undefined'],
    [work, 'why', 'reason must be a text, got function'],
  ])('%p and %p are refused', (reason, given, sentence) => {
    const call = (): unknown => allowRepeats(reason as never, given as never);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(sentence);
  });

  test.each(['', ' \n'])('a blank reason is refused: %j', (reason) => {
    expect(() => allowRepeats(reason, work)).toThrow(RangeError);
  });
});
