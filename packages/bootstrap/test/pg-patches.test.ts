import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import type { InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import type { PgInstrumentationConfig } from '@opentelemetry/instrumentation-pg';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type * as pgTypes from 'pg';
import { findPostgres } from '../../../test/services/postgres.ts';
import type { Postgres } from '../../../test/services/postgres.ts';
import { ContextManager } from '../src/context-manager.ts';
import { lighten } from '../src/instrumentations/pg.ts';

type Pg = typeof pgTypes;
type Work = (pg: Pg, url: string) => Promise<void>;

let database: Postgres;

beforeAll(async () => {
  database = await findPostgres();
  context.setGlobalContextManager(new ContextManager().enable());
}, 60_000);

afterAll(async () => {
  context.disable();
  await database.stop();
});

interface Recorded {
  readonly spans: readonly ReadableSpan[];
  readonly points: readonly { metric: string; attributes: Attributes; value: unknown }[];
}

/** Does the work with a fresh copy of pg, instrumented by upstream alone or with our patches. */
async function recorded(isLight: boolean, work: Work, config?: PgInstrumentationConfig) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const instrumentation = new PgInstrumentation({ ...config, enabled: false });
  instrumentation.setTracerProvider(provider);
  instrumentation.setMeterProvider(meterProvider);
  if (isLight) lighten(instrumentation);
  await work(patchedPg(instrumentation), database.url);
  // Connections are counted once a turn.
  await new Promise((resolve) => setImmediate(resolve));
  await meterProvider.forceFlush();
  const points = (metricExporter.getMetrics().at(-1)?.scopeMetrics ?? []).flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({
        metric: descriptor.name,
        attributes,
        value: typeof value === 'object' ? (value as { count: number }).count : value,
      })),
    ),
  );
  await meterProvider.shutdown();
  return { spans: exporter.getFinishedSpans(), points } satisfies Recorded;
}

/** As the hooks of Node.js would have patched it, which never see what jest loads. */
function patchedPg(instrumentation: PgInstrumentation): Pg {
  const { _modules: definitions } = instrumentation as unknown as {
    _modules: InstrumentationNodeModuleDefinition[];
  };
  const patch = (name: string, exports: unknown): void => {
    definitions.find((definition) => definition.name === name)?.patch?.(exports, '8.23.1');
  };
  let pg: Pg | undefined;
  jest.isolateModules(() => {
    patch('pg-pool', require('pg-pool'));
    pg = require('pg') as Pg;
    patch('pg', pg);
  });
  return pg!;
}

const requestId = 'b7ad6b7169203331';

/**
 * What a span says, without what differs from run to run. Without a request upstream puts a query
 * under the span of its acquire.
 */
function facts(spans: readonly ReadableSpan[]) {
  return spans
    .map(({ name, kind, attributes, status, events, parentSpanContext }) => ({
      name,
      kind,
      attributes,
      status,
      events: events.map((event) => ({ name: event.name, attributes: event.attributes })),
      isInRequest: parentSpanContext?.spanId === requestId,
    }))
    .map((fact) => JSON.stringify(fact))
    .sort();
}

const isQuery = ({ name }: ReadableSpan): boolean => name.startsWith('pg.query');

/** Everything but the acquires, which ours makes only where one waits. */
async function expectTheSame(work: Work, config?: PgInstrumentationConfig): Promise<Recorded> {
  const theirs = await recorded(false, work, config);
  const ours = await recorded(true, work, config);
  expect(theirs.spans.filter(isQuery).length).toBeGreaterThan(0);
  expect(facts(ours.spans.filter(isQuery))).toEqual(facts(theirs.spans.filter(isQuery)));
  const durations = ({ points }: Recorded) =>
    points.filter(({ metric }) => metric === 'db.client.operation.duration');
  expect(durations(ours)).toEqual(durations(theirs));
  return ours;
}

/** A request's context, as its span's id is the same in both runs. */
function inRequest<T>(run: () => T): T {
  const parent = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: requestId,
    traceFlags: 1,
  });
  return context.with(parent, run);
}

async function withPool(pg: Pg, url: string, run: (pool: pgTypes.Pool) => Promise<unknown>) {
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  try {
    await run(pool);
  } finally {
    await pool.end();
  }
}

describe('our patches make the spans and durations that upstream makes', () => {
  test('for every way to ask a pool', async () => {
    const work: Work = (pg, url) =>
      withPool(pg, url, async (pool) => {
        await inRequest(async () => {
          await pool.query('SELECT 1 AS one');
          await pool.query('  select 2;');
          await pool.query('SELECT\n3');
          await pool.query('SELECT $1::int AS n', [4]);
          await pool.query({ text: 'SELECT $1::int AS n', values: [5] });
          await pool.query({ name: 'by-name', text: 'SELECT $1::int AS n', values: [6] });
          await pool.query({ name: '', text: 'SELECT 7' });
          await pool.query({ text: 'SELECT $1::text AS n' }, ['8']);
          await pool.query({ text: 'SELECT 9 AS nine', rowMode: 'array' });
          await new Promise((resolve) => pool.query('SELECT 10', () => resolve(undefined)));
        });
        await pool.query('SELECT 11 AS outside');
      });
    const { spans } = await expectTheSame(work);
    expect(spans.filter(isQuery)).toHaveLength(11);
  });

  test('for every way to ask a client', async () => {
    await expectTheSame(async (pg, url) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await inRequest(async () => {
        await client.query('SELECT 1');
        await client.query('SELECT $1::int', [2]);
        await new Promise((resolve) => client.query('SELECT 3', () => resolve(undefined)));
        await new Promise((resolve) => {
          client.query('SELECT $1::int', [4], () => resolve(undefined));
        });
        await new Promise((resolve) => {
          client.query({ text: 'SELECT $1::int' } as never, [5], () => resolve(undefined));
        });
        const asked = new pg.Query('SELECT 6', (() => undefined) as never);
        await new Promise((resolve) => {
          client.query(asked);
          asked.on('end', () => resolve(undefined));
        });
      });
      await client.end();
    });
  });

  test('for errors', async () => {
    const { spans } = await expectTheSame((pg, url) =>
      withPool(pg, url, (pool) =>
        inRequest(async () => {
          await expect(pool.query('SELEC 1')).rejects.toThrow('syntax');
          await expect(pool.query('SELECT 1/0')).rejects.toThrow('zero');
          await expect(pool.query('SELECT $1::int', ['x'])).rejects.toThrow('integer');
        }),
      ),
    );
    expect(spans.filter(({ status }) => status.code === 2)).toHaveLength(3);
  });

  test.each<PgInstrumentationConfig>([
    { enhancedDatabaseReporting: true },
    { addSqlCommenterCommentToQueries: true },
    { requireParentSpan: true },
  ])('with the setting %p', async (config) => {
    await expectTheSame(
      (pg, url) =>
        withPool(pg, url, async (pool) => {
          await inRequest(() => pool.query('SELECT $1::int AS n', [1]));
          await pool.query('SELECT 2 AS outside');
        }),
      config,
    );
  });

  test('and tell hooks the same; a hook that throws costs nothing', async () => {
    const told: unknown[][] = [];
    for (const isLight of [false, true]) {
      const heard: unknown[] = [];
      const config: PgInstrumentationConfig = {
        requestHook: (span, info) => {
          heard.push(['request', info]);
          span.setAttribute('asked', true);
          throw new Error('rude');
        },
        responseHook: (_span, { data }) => {
          heard.push(['response', data.rowCount, data.rows]);
          throw new Error('rude');
        },
      };
      const work: Work = (pg, url) =>
        withPool(pg, url, (pool) =>
          inRequest(async () => {
            await pool.query('SELECT 1 AS n');
            await pool.query({ name: 'one', text: 'SELECT $1::int AS n', values: [2] });
            await pool.query('SELECT $1::int AS n', [3]);
          }),
        );
      const { spans } = await recorded(isLight, work, config);
      expect(spans.filter(({ attributes }) => attributes['asked'] === true)).toHaveLength(3);
      told.push(heard);
    }
    expect(told[1]).toHaveLength(6);
    expect(told[1]).toEqual(told[0]);
  });
});

describe('acquires', () => {
  const acquires = ({ spans }: Recorded) => spans.filter(({ name }) => name === 'pg-pool.connect');

  test('have a span where one waits for a new connection or for one in use, and none else', async () => {
    const work: Work = async (pg, url) => {
      const pool = new pg.Pool({ connectionString: url, max: 1 });
      await inRequest(async () => {
        await pool.query('SELECT 1 AS makes_one');
        await pool.query('SELECT 2 AS idle');
        await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.02)')));
        const client = await pool.connect();
        client.release();
      });
      await pool.end();
    };
    const theirs = acquires(await recorded(false, work));
    const ours = await recorded(true, work);
    expect(theirs).toHaveLength(6);
    // The first makes a connection; two of three at once wait for it.
    expect(acquires(ours)).toHaveLength(3);
    const waits = acquires(ours).filter(({ duration: [s, ns] }) => s * 1e3 + ns / 1e6 > 10);
    expect(waits.length).toBeGreaterThanOrEqual(2);
    expect(facts(acquires(ours)).every((fact) => facts(theirs).includes(fact))).toBe(true);
  });

  test('leave every query of a busy pool under the request that sent it', async () => {
    const work: Work = (pg, url) =>
      withPool(pg, url, async (pool) => {
        const requests = Array.from({ length: 20 }, (_, number) => {
          const spanId = (number + 1).toString(16).padStart(16, '0');
          const parent = trace.setSpanContext(ROOT_CONTEXT, {
            traceId: '0af7651916cd43dd8448eb211c80319c',
            spanId,
            traceFlags: 1,
          });
          return context.with(parent, async () => {
            for (let turn = 0; turn < 5; turn++) {
              const { rows } = await pool.query(`SELECT '${spanId}' AS sent_by`);
              expect(rows).toHaveLength(1);
              expect(trace.getSpanContext(context.active())?.spanId).toBe(spanId);
            }
          });
        });
        await Promise.all(requests);
      });
    const queries = (await recorded(true, work)).spans.filter(isQuery);
    expect(queries).toHaveLength(100);
    for (const { attributes, parentSpanContext } of queries) {
      expect(attributes['db.query.text']).toBe(`SELECT '${parentSpanContext?.spanId}' AS sent_by`);
    }
  });

  /** Upstream reads a pool while it hands a connection back, and so one too few that lie idle. */
  test('are counted in the series of upstream, as the pool has them when it rests', async () => {
    const pools: pgTypes.Pool[] = [];
    const work: Work = async (pg, url) => {
      const pool = new pg.Pool({ connectionString: url, max: 3 });
      pools.push(pool);
      await inRequest(() => Promise.all([1, 2, 3, 4, 5].map(() => pool.query('SELECT 1'))));
    };
    const counts = async (isLight: boolean) => {
      const { points } = await recorded(isLight, work);
      await pools.pop()?.end();
      return points.filter(({ metric }) => metric.startsWith('db.client.connection.'));
    };
    const series = (points: Recorded['points']) =>
      points.map(({ metric, attributes }) => ({ metric, attributes }));
    const ours = await counts(true);
    expect(series(ours)).toEqual(series(await counts(false)));
    const values = ours.map(({ metric, attributes, value }) => [
      attributes['db.client.connection.state'] ?? metric,
      value,
    ]);
    expect(Object.fromEntries(values)).toEqual({
      used: 0,
      idle: 3,
      'db.client.connection.pending_requests': 0,
      'db.client.connection.max': 3,
    });
  });
});

test('the version of the instrumentation that we pin has the insides we know', () => {
  const instrumentation = new PgInstrumentation({ enabled: false });
  lighten(instrumentation);
  expect(Object.keys(instrumentation)).toEqual(
    expect.arrayContaining(['_getClientQueryPatch', '_getPoolConnectPatch']),
  );
});

test('a version that is made differently is left as it is', () => {
  const other = { getConfig: () => ({}) } as unknown as PgInstrumentation;
  lighten(other);
  expect(Object.keys(other)).toEqual(['getConfig']);
});
