import { expect } from '@jest/globals';
import { authorCount } from './rows.ts';
import type { Row } from './rows.ts';
import type { Run } from './run-row.ts';

/** What every application of the matrix has to leave behind. */
export function expectRun(run: Run, row: Row): void {
  expectServerSpans(run, row);
  expectQueries(run, row);
  expectLoop(run, row);
  expect(run.stderr).toMatch(/^spandrel: watching .*\n$/);
}

/** Named by their route, or by their path where nothing tells it. */
function expectServerSpans({ templated, unknown }: Run, { route }: Row): void {
  expect(templated.status).toBe(200);
  expect(templated.server?.attributes['http.route']).toBe(route ?? undefined);
  const endpoint = `GET ${route ?? '/authors/:param'}`;
  expect(templated.server?.attributes['spandrel.endpoint']).toBe(endpoint);
  expect(unknown.status).toBe(404);
  expect(unknown.server?.attributes['http.route']).toBeUndefined();
  expect(unknown.server?.attributes['spandrel.endpoint']).toBe('GET /nowhere/:param');
}

function expectQueries({ templated, loop }: Run, { scope }: Row): void {
  const queriesOf = ({ children }: Run['loop']): number =>
    children.filter((span) => span.scope === scope && 'db.query.text' in span.attributes).length;
  // Some drivers ask the server its version first.
  expect(queriesOf(templated)).toBeGreaterThanOrEqual(1);
  expect(queriesOf(loop)).toBe(authorCount + 1);
}

/** Found once, with its count and its line. */
function expectLoop({ loop, loopAt }: Run, { rule }: Row): void {
  const found = loop.server?.events.filter(
    ({ attributes }) => attributes['spandrel.finding.rule'] === rule,
  );
  expect(found?.map(({ attributes }) => attributes)).toEqual([
    expect.objectContaining({
      'spandrel.finding.repeats': authorCount,
      'code.file.path': loopAt.file,
      'code.line.number': loopAt.line,
    }),
  ]);
}
