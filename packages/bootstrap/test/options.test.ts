import { describe, expect, test } from '@jest/globals';
import { whyUnsupported } from '../src/node-support.ts';
import { readOptions } from '../src/settings/options.ts';

describe('options', () => {
  test('default, then environment, then code', () => {
    expect(readOptions({}, {}).options.minRepeats).toBe(5);
    expect(readOptions({}, { SPANDREL_MIN_REPEATS: '7' }).options.minRepeats).toBe(7);
    expect(readOptions({ minRepeats: 9 }, { SPANDREL_MIN_REPEATS: '7' }).options.minRepeats).toBe(
      9,
    );
  });

  test('an option given as undefined says nothing', () => {
    const given = { minRepeats: undefined };
    expect(readOptions(given, { SPANDREL_MIN_REPEATS: '7' }).options.minRepeats).toBe(7);
  });

  test('an empty variable says nothing', () => {
    expect(readOptions({}, { SPANDREL_SLOW_QUERY_MS: ' ' }).options.slowQueryMs).toBe(200);
  });

  test('a wrong value is refused with name, rule and value', () => {
    const env = { SPANDREL_REDACT: 'perhaps' };
    expect(() => readOptions({}, env)).toThrow(
      'SPANDREL_REDACT must be true or false, got "perhaps"',
    );
    expect(() => readOptions({ minRepeats: 1 }, {})).toThrow(
      'minRepeats must be a whole number of at least 2, got 1',
    );
    expect(() => readOptions({ minRepeat: 3 } as never, {})).toThrow('minRepeat is not an option');
  });

  test('the batch sizes of OpenTelemetry are read, and wrong ones only warn', () => {
    const { options, warnings } = readOptions(
      {},
      {
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_BSP_MAX_QUEUE_SIZE: '-1',
      },
    );
    expect(options.exportDelayMs).toBe(100);
    expect(options.maxQueueSpans).toBe(50_000);
    expect(warnings).toEqual([
      'OTEL_BSP_MAX_QUEUE_SIZE must be a whole number of at least 1, got "-1"; using the default',
    ]);
  });
});

describe('Node.js releases', () => {
  test.each(['22.15.0', '22.15.1', '22.22.3', '24.0.0', '26.1.0', '24.0.0-nightly2025'])(
    '%s can carry it',
    (version) => {
      expect(whyUnsupported(version)).toBeNull();
    },
  );
  test.each(['18.19.0', '20.20.2', '22.14.0', '21.7.3'])('%s cannot', (version) => {
    expect(whyUnsupported(version)).toContain(version);
  });
});
