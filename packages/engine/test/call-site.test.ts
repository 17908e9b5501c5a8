import { describe, expect, test } from '@jest/globals';
import { callersOf, callSiteOf, formatCaller } from '../src/call-site.ts';
import { fingerprintOf } from '../src/fingerprint.ts';
import { hash64 } from '../src/hash.ts';
import type { CallSite } from '../src/types.ts';

const sites: CallSite[] = [
  { file: 'src/notes.ts', line: 12, function: 'listNotes' },
  { file: 'src/notes.ts', line: 12, function: null },
  { file: 'src/notes.ts', line: null, function: 'Repository.find [as all]' },
  { file: 'src/notes.ts', line: null, function: null },
  { file: 'src/(group)/page.ts', line: 3, function: 'Page' },
  { file: 'src/notes (copy).ts', line: 3, function: 'Object.<anonymous>' },
  { file: 'src/notes (copy).ts', line: 3, function: null },
  { file: 'C:\\app\\notes.ts', line: 7, function: 'async list' },
];

test.each(sites)('a caller is read back as it was written: %j', (site) => {
  expect(callersOf({ 'spandrel.callers': [formatCaller(site)] })).toEqual([site]);
});

test('callers of the wrong type are left out', () => {
  expect(callersOf({ 'spandrel.callers': ['f (a.ts:1)', 7, null] })).toHaveLength(1);
  expect(callersOf({ 'spandrel.callers': 'f (a.ts:1)' })).toEqual([]);
  expect(callersOf({})).toEqual([]);
});

test('a call site is read from the names of the conventions, else from the older ones', () => {
  const now = { 'code.file.path': 'a.ts', 'code.line.number': 1, 'code.function.name': 'f' };
  const before = { 'code.filepath': 'a.ts', 'code.lineno': 1, 'code.function': 'f' };
  const site = { file: 'a.ts', line: 1, function: 'f' };
  expect([now, before].map(callSiteOf)).toEqual([site, site]);
  expect(callSiteOf({ 'code.file.path': 'a.ts', 'code.line.number': '1' })).toEqual({
    file: 'a.ts',
    line: null,
    function: null,
  });
  expect(callSiteOf({ 'code.line.number': 1 })).toBeNull();
});

describe('a fingerprint', () => {
  const identity = {
    rule: 'n-plus-one-query',
    shape: 'select ?',
    callSite: { file: 'a.ts', line: 1, function: 'f' },
    ancestor: 'GET',
    endpoint: 'GET /a',
  } as const;

  test('stays when the line, the ancestor or the endpoint changes', () => {
    const moved = {
      ...identity,
      callSite: { ...identity.callSite, line: 99 },
      ancestor: 'POST',
      endpoint: 'POST /b',
    };
    expect(fingerprintOf(moved)).toBe(fingerprintOf(identity));
  });

  test('changes with rule, shape, file and function', () => {
    const { callSite } = identity;
    const all = [
      identity,
      { ...identity, rule: 'slow-query' as const },
      { ...identity, shape: 'select a' },
      { ...identity, shape: null },
      { ...identity, callSite: { ...callSite, file: 'b.ts' } },
      { ...identity, callSite: { ...callSite, function: 'g' } },
      { ...identity, callSite: { ...callSite, function: null } },
      { ...identity, callSite: null },
      { ...identity, callSite: null, ancestor: 'POST' },
      { ...identity, callSite: null, endpoint: 'POST /b' },
    ];
    expect(new Set(all.map(fingerprintOf)).size).toBe(all.length);
  });

  test('is the same on every machine and in every version', () => {
    expect(fingerprintOf(identity)).toBe('e47eee50125d3738');
  });
});

test('a hundred thousand like texts have as many hashes', () => {
  const hashes = new Set(Array.from({ length: 100_000 }, (_, n) => hash64(`select ${n} from t`)));
  expect(hashes.size).toBe(100_000);
});
