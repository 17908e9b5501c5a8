import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bootstrapOptionTable } from '../../src/settings/options.ts';
import { configSchema } from '../../src/settings/schema.ts';

const file = join(__dirname, '../../spandrel.config.schema.json');

// `UPDATE_PAGES=1 npx jest packages/bootstrap/test/settings/schema` writes the file.
test('the schema that is shipped is that of the table', () => {
  const schema = configSchema();
  if (process.env['UPDATE_PAGES'] === '1') {
    writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
    return;
  }
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)));
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
