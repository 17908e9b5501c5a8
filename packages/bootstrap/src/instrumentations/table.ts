import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { ResolvedBootstrapOptions } from '../settings/options.ts';

/** One instrumentation: whose use brings it, and where it is. */
export interface InstrumentationRow {
  /** Its name in settings, in the banner and in the doctor's lines. */
  readonly name: string;
  /**
   * Modules of Node.js (without `node:`) and packages. The first `require` or `import` of one, or of
   * a file in it, loads the instrumentation, before that very call goes on.
   */
  readonly modules: readonly string[];
  /** Versions of its modules that it knows, as the package says; others stay uninstrumented. */
  readonly supports: string;
  /** Not loaded while one of these is: they would make the same spans twice. */
  readonly unless?: readonly string[];
  /** Channels of `diagnostics_channel` whose first message loads it, for what needs no import. */
  readonly channels?: readonly string[];
  /** It measures the process and needs no import: it is made when the metrics SDK is there. */
  readonly measures?: boolean;
  /** Its file in this folder, without extension: an `InstrumentationFile`. Loaded at first use only. */
  readonly file: string;
}

/** What the file of a row exports. */
export interface InstrumentationFile {
  /** Made once, with our settings; it is enabled when it returns. Undefined: nothing to be made. */
  create(options: ResolvedBootstrapOptions): Instrumentation | undefined;
  /** Hands it the message that brought it, since channels tell only who listened before. */
  replay?(instrumentation: Instrumentation, channel: string, message: unknown): void;
}

/**
 * Everything that is instrumented by default. To add one: a row here, and a file beside this one
 * that exports `create`. Nothing else names an instrumentation.
 */
export const instrumentationTable: readonly InstrumentationRow[] = [
  row('http', ['http', 'https'], '*'),
  row('undici', [], '*', { channels: ['undici:request:create'] }),
  row('express', ['express'], '>=4.0.0 <6'),
  row('router', ['router'], '>=1.0.0 <3', { unless: ['express'] }),
  row('fastify', ['fastify'], '>=4.0.0 <6'),
  row('koa', ['koa'], '>=2.0.0 <4'),
  row('hono', ['hono'], '>=4 <5'),
  row('nestjs-core', ['@nestjs/core'], '>=4.0.0 <12'),
  row('graphql', ['graphql'], '>=14.0.0 <17'),
  row('dataloader', ['dataloader'], '>=2.0.0 <3'),
  row('pg', ['pg', 'pg-pool'], '>=8.0.3 <9'),
  row('mysql2', ['mysql2'], '>=1.4.2 <4'),
  row('mongodb', ['mongodb'], '>=3.3.0 <8'),
  row('mongoose', ['mongoose'], '>=5.9.7 <10'),
  row('redis', ['redis', '@redis/client', '@node-redis/client'], '>=2.6.0 <7'),
  row('ioredis', ['ioredis'], '>=2.0.0 <7'),
  row('knex', ['knex'], '>=0.10.0 <4'),
  row('drizzle', ['drizzle-orm'], '*'),
  row('prisma', ['@prisma/client'], '*'),
  row('pino', ['pino'], '>=5.14.0 <11'),
  row('winston', ['winston'], '>=1 <4'),
  row('runtime-node', [], '*', { measures: true }),
  row('host-metrics', [], '*', { measures: true }),
];

function row(
  name: string,
  modules: readonly string[],
  supports: string,
  more: Pick<InstrumentationRow, 'channels' | 'measures' | 'unless'> = {},
): InstrumentationRow {
  return { name, modules, supports, file: name, ...more };
}
