import { describe, expect, test } from '@jest/globals';
import { optionsFromEnv } from '../src/option-table.ts';
import { engineOptionTable, resolveEngineOptions } from '../src/options.ts';
import type { EngineOptions } from '../src/options.ts';
import { aTrace, noteById, userById } from './build.ts';

const loop = aTrace().withQueries(6, noteById, { from: {} });
const [finding] = loop.findings();

describe('a suppressed finding', () => {
  test.each<[string, EngineOptions, string]>([
    [
      'fingerprint',
      { suppress: [{ fingerprint: finding!.fingerprint }] },
      `fingerprint=${finding!.fingerprint}`,
    ],
    ['endpoint', { suppress: [{ endpoint: 'GET /meetings', reason: 'nightly' }] }, 'nightly'],
    ['endpoint pattern', { suppress: [{ endpoint: 'GET /*' }] }, 'endpoint=GET /*'],
    [
      'shape',
      { suppress: [{ shape: 'select * from notes where id = ?' }] },
      'shape=select * from notes where id = ?',
    ],
    ['file', { suppress: [{ site: 'src/meetings.ts' }] }, 'site=src/meetings.ts'],
    [
      'file and function',
      { suppress: [{ site: '*/meetings.ts#listMeetings' }] },
      'site=*/meetings.ts#listMeetings',
    ],
    ['rule', { suppress: [{ rule: 'n-plus-one-query' }] }, 'rule=n-plus-one-query'],
    ['baseline', { knownProblems: [finding!.fingerprint] }, 'baseline'],
  ])('by its %s is not reported, but kept with the reason', (_by, options, reason) => {
    const { findings, suppressed } = loop.judged(options);
    expect(findings).toEqual([]);
    expect(suppressed).toEqual([{ finding, reason }]);
  });

  test.each<[string, EngineOptions]>([
    ['another endpoint', { suppress: [{ endpoint: 'GET /notes', rule: 'n-plus-one-query' }] }],
    ['another rule', { suppress: [{ endpoint: 'GET /meetings', rule: 'slow-query' }] }],
    ['another function of the file', { suppress: [{ site: 'src/meetings.ts#other' }] }],
    ['another fingerprint', { knownProblems: ['0123456789abcdef'] }],
  ])('is reported where the entry names %s', (_other, options) => {
    expect(loop.judged(options)).toMatchObject({ findings: [finding], suppressed: [] });
  });

  test('is said to be suppressed when asked why nothing was found', () => {
    const { nearest } = loop.judged({
      explain: true,
      suppress: [{ rule: 'n-plus-one-query', reason: 'known' }],
    });
    expect(nearest[0]?.text).toMatch(/^SELECT notes ran 6 times .*, but it is suppressed: known$/);
  });
});

describe('repeats allowed in code', () => {
  const allowed = { 'spandrel.allow_repeats': 'one row per file' };

  test('are no finding, and are counted under the reason', () => {
    const { findings, suppressed } = aTrace()
      .withQueries(6, noteById, { attributes: allowed })
      .judged();
    expect(findings).toEqual([]);
    expect(suppressed).toMatchObject([{ reason: 'one row per file', finding: { repeats: 6 } }]);
  });

  test('are no evidence for those that were not allowed', () => {
    const trace = aTrace()
      .withQueries(4, noteById)
      .withQueries(6, noteById, { attributes: allowed });
    expect(trace.findings()).toEqual([]);
  });

  test('do not hide the others', () => {
    const trace = aTrace()
      .withQueries(5, noteById)
      .withQueries(6, noteById, { attributes: allowed });
    expect(trace.judged()).toMatchObject({
      findings: [{ repeats: 5 }],
      suppressed: [{ finding: { repeats: 6 } }],
    });
  });

  test('do not excuse a slow query', () => {
    const trace = aTrace().withQueries(1, noteById, { eachMs: 300, attributes: allowed });
    expect(trace.findings()).toMatchObject([{ rule: 'slow-query' }]);
  });
});

describe('thresholds', () => {
  test.each<[string, EngineOptions, number]>([
    ['of the rule', { thresholds: [{ rule: 'n-plus-one-query', minRepeats: 7 }] }, 0],
    ['of another rule', { thresholds: [{ rule: 'n-plus-one-http', minRepeats: 7 }] }, 1],
    ['of the endpoint', { thresholds: [{ endpoint: 'GET /meet*', minRepeats: 7 }] }, 0],
    ['of another endpoint', { thresholds: [{ endpoint: 'job *', minRepeats: 7 }] }, 1],
    [
      'of both, the later wins',
      {
        thresholds: [
          { endpoint: '*', minRepeats: 50 },
          { rule: 'n-plus-one-query', minRepeats: 6 },
        ],
      },
      1,
    ],
  ])('%s count', (_of, options, count) => {
    expect(loop.findings(options)).toHaveLength(count);
  });

  test('make an endpoint slow at its own limit', () => {
    const judged = aTrace()
      .withQueries(1, userById)
      .judged({ thresholds: [{ endpoint: 'GET /meetings', slowEndpointMs: 400 }] });
    expect(judged.findings).toMatchObject([{ rule: 'slow-endpoint' }]);
    expect(judged.isSlow).toBe(true);
  });
});

describe('from the environment', () => {
  const read = (env: Record<string, string>): EngineOptions =>
    optionsFromEnv(engineOptionTable, env);

  test('come suppressions and thresholds as fields and entries', () => {
    expect(
      read({
        SPANDREL_SUPPRESS:
          'rule=slow-query & endpoint=GET /reports/:id ; fingerprint=0123456789abcdef;',
        SPANDREL_THRESHOLDS: 'endpoint=job *&minRepeats=50',
      }),
    ).toEqual({
      suppress: [
        { rule: 'slow-query', endpoint: 'GET /reports/:id' },
        { fingerprint: '0123456789abcdef' },
      ],
      thresholds: [{ endpoint: 'job *', minRepeats: 50 }],
    });
  });

  test.each([
    ['SPANDREL_SUPPRESS', 'rule'],
    ['SPANDREL_SUPPRESS', 'reason=because'],
    ['SPANDREL_SUPPRESS', 'route=/x'],
    ['SPANDREL_THRESHOLDS', 'minRepeats=9'],
    ['SPANDREL_THRESHOLDS', 'endpoint=/x'],
    ['SPANDREL_THRESHOLDS', 'endpoint=/x&minRepeats=many'],
    ['SPANDREL_THRESHOLDS', 'endpoint=/x&maxSpansPerTrace=9'],
  ])('%s=%s is refused with the variable, the rule and the value', (variable, value) => {
    expect(() => read({ [variable]: value })).toThrow(
      new RegExp(`^${variable} must be a list .*"${value.replace(/[*]/g, '\\*')}"`),
    );
  });
});

test.each<[string, unknown]>([
  ['suppress', [{}]],
  ['suppress', [{ rule: 7 }]],
  ['suppress', 'slow-query'],
  ['suppress', [null]],
  ['knownProblems', ['short']],
  ['thresholds', [{ rule: 'slow-query', slowQueryMs: -1 }]],
  ['thresholds', [{ rule: 'slow-query' }]],
])('%s %j is refused at the door', (name, value) => {
  const refused = new RegExp(`^${name}(\\[0\\](\\.\\w+)?)? must be `);
  expect(() => resolveEngineOptions({ [name]: value })).toThrow(refused);
});

test.each<[string, unknown, string]>([
  [
    'thresholds',
    [
      { rule: 'slow-http', slowHttpMs: 9 },
      { endpoint: '/x', slowHttpMs: 'fast' },
    ],
    'thresholds[1].slowHttpMs must be a number above 0, got "fast"',
  ],
  ['thresholds', [{ endpoint: '/x', slow: 1 }], 'thresholds[0] must be an object with no fields'],
  ['suppress', [{ rule: 'a' }, { site: '' }], 'suppress[1].site must be a text of 1 to 2000'],
  ['knownProblems', ['0123456789abcdef', 7], 'knownProblems[1] must be 16 hexadecimal digits'],
])('what is wrong inside %s is named by its place', (name, value, sentence) => {
  expect(() => resolveEngineOptions({ [name]: value })).toThrow(sentence);
});
