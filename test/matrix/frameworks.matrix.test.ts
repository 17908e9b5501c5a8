import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodes } from './frameworks/peers.ts';
import { prepareApplications } from './frameworks/prepare.ts';
import { authorCount, rows } from './frameworks/rows.ts';
import { runRow } from './frameworks/run-row.ts';
import type { Run } from './frameworks/run-row.ts';
import { fillStores } from './frameworks/stores.ts';
import type { Stores } from './frameworks/stores.ts';

prepareApplications();

let stores: Stores;
beforeAll(async () => {
  stores = await fillStores();
}, 120_000);
afterAll(() => stores?.stop());

const cases = nodes().flatMap(({ version, program }) =>
  rows.flatMap((row) => row.forms.map((form) => ({ ...row, row, form, version, program }))),
);

describe.each(cases)('$name $form on Node.js $version', ({ row, form, program }) => {
  let run: Run;
  beforeAll(async () => {
    const env = stores.env[row.store];
    if (env === null) throw new Error(`${row.store} is not running`);
    run = await runRow(row, form, program, env);
  }, 60_000);

  test('its requests are server spans, named by their route', () => {
    const { templated, unknown } = run;
    expect(templated.status).toBe(200);
    expect(templated.server?.attributes['http.route']).toBe(row.route ?? undefined);
    const endpoint = `GET ${row.route ?? '/authors/:param'}`;
    expect(templated.server?.attributes['spandrel.endpoint']).toBe(endpoint);
    expect(unknown.status).toBe(404);
    expect(unknown.server?.attributes['spandrel.endpoint']).toBe('GET /nowhere/:param');
  });

  test('its queries are spans of that trace', () => {
    // Some drivers ask the server its version first.
    expect(queries(run.templated.children, row.scope)).toBeGreaterThanOrEqual(1);
    expect(queries(run.loop.children, row.scope)).toBe(authorCount + 1);
  });

  test('its loop is found, with its count and its line', () => {
    const findings = run.loop.server?.events.filter(({ name }) => name === 'spandrel.finding');
    const loop = findings?.find(
      ({ attributes }) => attributes['spandrel.finding.rule'] === row.rule,
    );
    expect(loop?.attributes).toMatchObject({
      'spandrel.finding.repeats': authorCount,
      'code.file.path': run.loopAt.file,
      'code.line.number': run.loopAt.line,
    });
  });

  test('it is told of by one line', () => {
    expect(run.stderr).toMatch(/^spandrel: watching .*\n$/);
  });
});

function queries(spans: readonly { scope: string; attributes: object }[], scope: string): number {
  return spans.filter((span) => span.scope === scope && 'db.query.text' in span.attributes).length;
}
