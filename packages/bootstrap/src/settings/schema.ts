import type { JsonSchema } from '@spandrel/engine';
import { bootstrapOptionTable } from './options.ts';

/**
 * The JSON Schema of `spandrel.config.json`, made of the table of options. The build writes it to
 * `dist/spandrel.config.schema.json`, for editors: nothing reads it while running.
 */
export function configSchema(): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(bootstrapOptionTable).map(([name, spec]) => [name, propertyOf(spec)]),
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of Spandrel',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...properties },
    additionalProperties: false,
  };
}

type Spec = (typeof bootstrapOptionTable)[keyof typeof bootstrapOptionTable];

function propertyOf({ doc, env, default: value, schema }: Spec): JsonSchema {
  const description = env === null ? doc : `${doc} In the environment ${env}.`;
  return { description, ...schema, default: value };
}
