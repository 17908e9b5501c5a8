import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bootstrapOptionTable } from '../../src/settings/options.ts';

test('the built package has a schema with every option of the table', () => {
  const file = join(__dirname, '../../dist/spandrel.config.schema.json');
  const { properties, additionalProperties } = JSON.parse(readFileSync(file, 'utf8')) as {
    properties: Record<string, { default?: unknown; description?: string }>;
    additionalProperties: boolean;
  };
  expect(additionalProperties).toBe(false);
  expect(Object.keys(properties)).toEqual(['$schema', ...Object.keys(bootstrapOptionTable)]);
  for (const [name, spec] of Object.entries(bootstrapOptionTable)) {
    expect(properties[name]).toMatchObject({ ...spec.schema, default: spec.default });
    expect(properties[name]!.description).toContain(spec.doc);
  }
});

test.each(Object.entries(bootstrapOptionTable))(
  '%s has a form for editors, which holds its default',
  (_name, { schema, default: value }) => {
    const types = { number: ['number', 'integer'], boolean: ['boolean'], string: ['string'] };
    const kind = typeof value as keyof typeof types;
    expect(Array.isArray(value) ? ['array'] : (types[kind] ?? ['object'])).toContain(
      schema?.['type'],
    );
  },
);
