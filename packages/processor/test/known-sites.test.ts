import { describe, expect, test } from '@jest/globals';
import { KnownSites } from '../src/known-sites.ts';
import type { ReadSite } from '../src/stack.ts';
import { aRequest, aRig } from './build.ts';

function aSite(line: number): ReadSite {
  return { callSite: { file: 'src/users.ts', line, function: 'getUser' }, callers: [] };
}

describe('a line that was looked for', () => {
  test('is known at its endpoint, for its call', () => {
    const known = new KnownSites();
    known.learn('GET /a', 'call', aSite(3), true);
    expect(known.at('GET /a')?.get('call')).toEqual(aSite(3));
    expect(known.at('GET /a')?.get('other')).toBeUndefined();
    expect(known.at('GET /b')).toBeUndefined();
  });

  test('is none once the call shows another, looked for or not, and stays none', () => {
    for (const isLookedFor of [true, false]) {
      const known = new KnownSites();
      known.learn('GET /a', 'call', aSite(3), true);
      known.learn('GET /a', 'call', aSite(4), isLookedFor);
      known.learn('GET /a', 'call', aSite(3), true);
      expect(known.at('GET /a')?.get('call')).toBeNull();
    }
  });

  test('is kept for few calls of few endpoints', () => {
    const known = new KnownSites();
    for (let n = 0; n < 1000; n++) known.learn('GET /a', `call ${n}`, aSite(n), true);
    expect(known.at('GET /a')?.size).toBe(50);
    for (let n = 0; n < 1000; n++) known.learn(`GET /${n}`, 'call', aSite(n), true);
    const kept = Array.from({ length: 1000 }, (_, n) => known.at(`GET /${n}`)).filter(Boolean);
    expect(kept.length).toBeLessThanOrEqual(200);
  });
});

test('a line found in passing is not kept', () => {
  const known = new KnownSites();
  known.learn('GET /a', 'call', aSite(3), false);
  expect(known.at('GET /a')).toBeUndefined();
});

describe('in the processor', () => {
  const byId = 'SELECT * FROM users WHERE id = $1';

  /** A request that reads a user twice: too few for a stack of its own accord. */
  function filesFoundIn(requests: number): (string | null)[] {
    const rig = aRig();
    for (let n = 0; n < requests; n++) {
      const request = aRequest(rig, '/a');
      request.queries(2, byId, { values: [7] });
      request.end();
    }
    const found = rig.findings.filter(({ finding }) => finding.rule === 'duplicate-query');
    return found.map(({ finding }) => finding.callSite?.file ?? null);
  }

  test('a finding without a line has its call looked for once, and the line is known from then on', () => {
    const here = 'packages/processor/test/build.ts';
    expect(filesFoundIn(4)).toEqual([null, here, here, here]);
  });
});
