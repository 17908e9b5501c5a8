import { hostileValues } from '../../processor/test/hostile-values.ts';
import type { Span } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { describe, expect, test } from '@jest/globals';
import { hookPg, returnedRows } from '../src/instrumentations/pg-hooks.ts';

const info = {
  query: { text: 'SELECT 1', values: [1] },
  connection: { database: 'shop' },
};

function aSpan() {
  const attributes: Record<string, unknown> = {};
  const setAttribute = (name: string, value: unknown): unknown => (attributes[name] = value);
  return { attributes, span: { setAttribute, isRecording: () => true } as never as Span };
}

describe('hooks on instrumentation-pg', () => {
  test('write the number of returned rows', () => {
    const instrumentation = new PgInstrumentation({ enabled: false });
    hookPg([instrumentation]);
    const { span, attributes } = aSpan();
    const { requestHook, responseHook } = instrumentation.getConfig();
    requestHook!(span, info);
    responseHook!(span, { data: { command: 'SELECT', rows: [{}, {}] } as never });
    expect(attributes).toEqual({ 'db.response.returned_rows': 2 });
  });

  test('call those the application gave, which may throw as before, and keep its other settings', () => {
    const called: string[] = [];
    const instrumentation = new PgInstrumentation({
      enabled: false,
      requireParentSpan: true,
      requestHook: () => void called.push('request'),
      responseHook: () => {
        throw new Error('its own');
      },
    });
    hookPg([instrumentation]);
    const { span, attributes } = aSpan();
    const { requestHook, responseHook, requireParentSpan, enabled } = instrumentation.getConfig();
    requestHook!(span, info);
    expect(() => responseHook!(span, { data: { command: 'SELECT', rows: [] } as never })).toThrow(
      'its own',
    );
    expect(called).toEqual(['request']);
    expect(attributes).toEqual({ 'db.response.returned_rows': 0 });
    expect({ requireParentSpan, enabled }).toEqual({ requireParentSpan: true, enabled: false });
  });

  test('leave other instrumentations alone', () => {
    const other = {
      instrumentationName: 'other',
      getConfig: () => {
        throw new Error('nobody asks');
      },
    } as never as Instrumentation;
    expect(() => hookPg([other])).not.toThrow();
  });
});

test.each<[string, unknown, number | null]>([
  ['a SELECT', { command: 'SELECT', rows: [1, 2, 3] }, 3],
  ['a SELECT that finds nothing', { command: 'SELECT', rows: [] }, 0],
  ['an INSERT … RETURNING', { command: 'INSERT', rows: [1] }, 1],
  ['an UPDATE', { command: 'UPDATE', rows: [], rowCount: 7 }, null],
  [
    'several statements',
    [
      { command: 'SELECT', rows: [1] },
      { command: 'SELECT', rows: [1, 2] },
    ],
    3,
  ],
  ['several without rows', [{ command: 'BEGIN', rows: [] }], null],
  ['nothing', undefined, null],
  ['something else', { rows: 'many' }, null],
  ['an array of nothing', [null], null],
])('the rows of %s', (_what, data, rows) => {
  expect(returnedRows(data)).toBe(rows);
});

test.each(Object.keys(hostileValues))(
  'an answer of %s is counted or not, and never thrown over',
  (name) => {
    const make = hostileValues[name]!;
    for (const data of [make(), { rows: make() }, [{ rows: make(), command: make() }]]) {
      const count = returnedRows(data);
      expect(count === null || typeof count === 'number').toBe(true);
    }
  },
);
