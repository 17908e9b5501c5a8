import { afterAll, test } from '@jest/globals';
import { expectRun } from './frameworks/expect-run.ts';
import { nodes } from './frameworks/peers.ts';
import { prepareApplications } from './frameworks/prepare.ts';
import { writeProved } from './frameworks/proved.ts';
import type { Case } from './frameworks/proved.ts';
import { rows } from './frameworks/rows.ts';
import { expectEverything } from './frameworks/run-everything.ts';
import { runRow } from './frameworks/run-row.ts';
import { fillStores } from './frameworks/stores.ts';

prepareApplications();
const filling = fillStores();
afterAll(async () => (await filling).stop());

const cases = nodes().flatMap(({ version, program }) =>
  rows.flatMap((row) => row.forms.map((form) => ({ name: row.name, row, form, version, program }))),
);
const passed: (typeof cases)[number][] = [];
const otherCases = nodes().flatMap((node) =>
  (['cjs', 'mjs'] as const).map((form) => ({ ...node, form })),
);
const othersPassed: Case[] = [];

/** Servers that may not be running where this runs; PostgreSQL and Redis have to. */
const optionalStores: readonly string[] = ['mysql'];

test.concurrent.each(cases)(
  '$name $form on Node.js $version: server spans, routes, queries, the loop and its line',
  async (one) => {
    const { env } = await filling;
    const storeEnv = env[one.row.store];
    if (storeEnv === null) {
      if (optionalStores.includes(one.row.store)) return;
      throw new Error(`${one.row.store} is not running`);
    }
    expectRun(await runRow(one.row, one.form, one.program, storeEnv), one.row);
    passed.push(one);
  },
  300_000,
);

test.concurrent.each(otherCases)(
  'router, graphql, dataloader, undici, pino and winston, $form on Node.js $version',
  async (one) => {
    await expectEverything(one.form, one.program);
    othersPassed.push(one);
  },
  300_000,
);

// `UPDATE_PAGES=1 npm run test:matrix -- frameworks` records what passed; test/frameworks.test.ts
// sees to the README, which is made from that record.
if (process.env['UPDATE_PAGES'] === '1') {
  afterAll(() => writeProved(rows, passed, othersPassed));
}
