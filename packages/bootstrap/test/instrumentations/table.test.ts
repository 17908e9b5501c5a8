import { describe, expect, test } from '@jest/globals';
import type { InstrumentationModuleDefinition } from '@opentelemetry/instrumentation';
import { chosenRows, namedOthers } from '../../src/instrumentations/choice.ts';
import { instrumentationTable } from '../../src/instrumentations/table.ts';
import type { InstrumentationFile } from '../../src/instrumentations/table.ts';

const names = instrumentationTable.map(({ name }) => name);

/** What an instrumentation says of its own modules and versions. */
async function definitionsOf(file: string): Promise<InstrumentationModuleDefinition[]> {
  const path = `../../src/instrumentations/${file}.ts`;
  const { create } = (await import(path)) as InstrumentationFile;
  const made = create({} as never) as unknown as {
    getModuleDefinitions?(): InstrumentationModuleDefinition[];
    disable(): void;
  };
  const definitions = made.getModuleDefinitions?.() ?? [];
  made.disable();
  return definitions;
}

/** The least and the first version beyond, of ranges such as `>=4.0.0 <5` and `^6.0.0`. */
function boundsOf(ranges: readonly string[]): { from: number[]; to: number } {
  const from = ranges.map((range) => /\d+(\.\d+)*/.exec(range)![0].split('.').map(Number));
  const to = ranges.map((range) =>
    Number(/<(\d+)/.exec(range)?.[1] ?? Number(/\^(\d+)/.exec(range)?.[1]) + 1),
  );
  return { from: from.sort((a, b) => compare(a, b))[0]!, to: Math.max(...to) };
}

function compare(a: readonly number[], b: readonly number[]): number {
  return (a[0]! - b[0]!) * 1e6 + ((a[1] ?? 0) - (b[1] ?? 0)) * 1e3 + ((a[2] ?? 0) - (b[2] ?? 0));
}

describe('the table of instrumentations', () => {
  const withRange = instrumentationTable.filter(
    ({ supports, name }) => supports !== '*' && name !== 'fastify' && name !== 'redis',
  );

  test.each(withRange.map((row) => [row.name, row] as const))(
    'says of %s which modules and versions the package knows',
    async (_name, { file, modules, supports }) => {
      const definitions = (await definitionsOf(file)).filter(({ name }) => modules.includes(name));
      const [main] = modules;
      const ranges = definitions.filter(({ name }) => name === main);
      expect(new Set(definitions.map(({ name }) => name))).toEqual(new Set(modules));
      const known = boundsOf(ranges.flatMap(({ supportedVersions }) => supportedVersions));
      const said = boundsOf([supports]);
      expect(said.to).toBe(known.to);
      expect(compare(said.from, known.from)).toBe(0);
    },
  );

  test('names each once, and each module in one row', () => {
    const modules = instrumentationTable.flatMap((row) => row.modules);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(modules).size).toBe(modules.length);
  });

  test('knows of Redis what comes in its client, which has versions of its own', async () => {
    const definitions = await definitionsOf('redis');
    const { modules } = instrumentationTable.find(({ name }) => name === 'redis')!;
    expect(new Set(definitions.map(({ name }) => name))).toEqual(new Set(modules));
    const client = definitions.find(({ name }) => name === '@redis/client');
    expect(client?.supportedVersions).toEqual(['^1.0.0', '^5.0.0', '^6.0.0']);
  });
});

describe('which are loaded', () => {
  const given = (more: object) => ({
    instrumentations: [],
    enabledInstrumentations: [],
    disabledInstrumentations: [],
    ...more,
  });
  const chosen = (more: object) =>
    chosenRows(instrumentationTable, given(more)).map(({ name }) => name);

  test('all, unless something is said', () => {
    expect(chosen({})).toEqual(names);
  });

  test('those that are named, less those that are switched off', () => {
    const more = {
      enabledInstrumentations: ['http', 'pg'],
      disabledInstrumentations: ['pg', 'koa'],
    };
    expect(chosen(more)).toEqual(['http']);
  });

  test('others by their name, once, and none that is switched off or known already', () => {
    const more = {
      instrumentations: ['kafkajs', 'pg', 'amqplib', '@acme/otel-thing'],
      enabledInstrumentations: ['http', 'kafkajs', 'runtime-node'],
      disabledInstrumentations: ['amqplib'],
    };
    expect(namedOthers(instrumentationTable, given(more))).toEqual(['kafkajs', '@acme/otel-thing']);
  });
});
