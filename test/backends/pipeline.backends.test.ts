import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  ATTR_ENDPOINT,
  ATTR_FINDING_ADVICE,
  ATTR_FINDING_COUNT,
  ATTR_FINDING_RULE,
  EVENT_FINDING,
  foundAttribute,
} from '../../packages/engine/src/names.ts';
import { rootDir } from './guarded-process.ts';
import { searchTimeoutMs, searchTraces, untilFound } from './jaeger-search.ts';
import { describeWithBackends } from './needs-backends.ts';
import {
  type Backends,
  collectorConfig,
  getPrograms,
  jaegerConfig,
  startBackends,
  startTimeoutMs,
  stopTimeoutMs,
} from './start-backends.ts';

const rule = 'n-plus-one-query';
const advice = 'Fetch all rows with one statement.';

// Room for starting Jaeger again, the Collector's next try (at most 15 s) and the search.
jest.setTimeout(searchTimeoutMs * 3);

describeWithBackends('the real Collector and the real Jaeger', () => {
  let backends: Backends;

  beforeAll(async () => {
    backends = await startBackends();
  }, startTimeoutMs);
  afterAll(() => backends?.stop(), stopTimeoutMs);

  test('accept our configuration files', async () => {
    const { collector, jaeger } = await getPrograms();
    await validate(collector, collectorConfig);
    await validate(jaeger, jaegerConfig);
  });

  test('refuse a configuration with a misspelt option', async () => {
    const { collector } = await getPrograms();
    const misspelt = 'yaml:exporters::prometheus::endpont: nowhere';
    await expect(validate(collector, collectorConfig, misspelt)).rejects.toThrow(/endpont/);
  });

  test('let a trace be found by the tag of its rule, with its finding event', async () => {
    const service = uniqueService();
    const trace = aTraceWithAFinding(service);
    await send('/v1/traces', trace.body);

    const tags = { [foundAttribute(rule)]: 'true', [ATTR_ENDPOINT]: 'GET /meetings' };
    const [found] = await untilFound(backends, { service, tags });

    expect(found?.traceId).toBe(trace.traceId);
    expect(found?.spans).toHaveLength(2);
    const root = found?.spans.find((span) => span.parentSpanId === null);
    const query = found?.spans.find((span) => span.parentSpanId !== null);
    expect(root?.tags).toMatchObject({ [foundAttribute(rule)]: true, [ATTR_FINDING_COUNT]: 1 });
    expect(root?.events).toEqual([
      expect.objectContaining({
        event: EVENT_FINDING,
        [ATTR_FINDING_RULE]: rule,
        [ATTR_FINDING_ADVICE]: advice,
      }),
    ]);
    expect(query?.parentSpanId).toBe(root?.spanId);
    expect(
      await searchTraces(backends, { service, tags: { [foundAttribute(rule)]: 'false' } }),
    ).toEqual([]);
    expect(
      await searchTraces(backends, { service, tags: { [foundAttribute('slow-query')]: 'true' } }),
    ).toEqual([]);
  });

  test('deliver what was sent while Jaeger was away', async () => {
    const service = uniqueService();
    await backends.stopJaeger();
    const trace = aTraceWithAFinding(service);
    await send('/v1/traces', trace.body);
    await backends.startJaeger();
    const [found] = await untilFound(backends, { service });
    expect(found?.traceId).toBe(trace.traceId);
  });

  test('hand a metric on to whoever scrapes', async () => {
    const service = uniqueService();
    await send('/v1/metrics', aCounter(service));
    const page = await (await fetch(backends.metricsUrl)).text();
    const line = page.split('\n').find((text) => text.includes(service) && !text.startsWith('#'));
    expect(line).toMatch(
      /^spandrel_findings_total\{.*spandrel_finding_rule="n-plus-one-query".*\} 3/,
    );
  });

  test('accept the logs that an SDK sends by default', async () => {
    await send('/v1/logs', {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'started' } }] }] }],
    });
  });

  test('answer junk with an error and stay healthy', async () => {
    const response = await fetch(`${backends.otlpHttpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceSpans": 5',
    });
    expect(response.status).toBe(400);
    await send('/v1/traces', aTraceWithAFinding(uniqueService()).body);
  });

  test('put our tags first on the Jaeger page', async () => {
    const page = await (await fetch(backends.jaegerQueryUrl)).text();
    expect(page).toMatch(/JAEGER_CONFIG ?= ?\{"topTagPrefixes":\["spandrel\."/);
  });

  async function send(path: string, body: unknown): Promise<void> {
    const response = await fetch(`${backends.otlpHttpUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([response.status, await response.json()]).toEqual([200, { partialSuccess: {} }]);
  }
});

async function validate(program: string, ...configs: string[]): Promise<void> {
  const args = configs.flatMap((config) => ['--config', config]);
  await promisify(execFile)(program, ['validate', ...args], { cwd: rootDir });
}

function uniqueService(): string {
  return `pipeline-test-${randomBytes(4).toString('hex')}`;
}

function aTraceWithAFinding(service: string) {
  const traceId = randomBytes(16).toString('hex');
  const rootId = randomBytes(8).toString('hex');
  const startMs = Date.now() - 1_000;
  const nano = (ms: number) => `${ms}000000`;
  const root = {
    traceId,
    spanId: rootId,
    name: 'GET /meetings',
    kind: 2,
    startTimeUnixNano: nano(startMs),
    endTimeUnixNano: nano(startMs + 40),
    attributes: [
      text(ATTR_ENDPOINT, 'GET /meetings'),
      { key: foundAttribute(rule), value: { boolValue: true } },
      { key: ATTR_FINDING_COUNT, value: { intValue: '1' } },
    ],
    events: [
      {
        timeUnixNano: nano(startMs + 40),
        name: EVENT_FINDING,
        attributes: [text(ATTR_FINDING_RULE, rule), text(ATTR_FINDING_ADVICE, advice)],
      },
    ],
  };
  const query = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: rootId,
    name: 'pg.query:SELECT app',
    kind: 3,
    startTimeUnixNano: nano(startMs + 1),
    endTimeUnixNano: nano(startMs + 5),
    attributes: [text('db.system.name', 'postgresql')],
  };
  const scopeSpans = [{ scope: { name: 'pipeline-test' }, spans: [root, query] }];
  return { traceId, body: { resourceSpans: [{ resource: resourceOf(service), scopeSpans }] } };
}

function aCounter(service: string) {
  const point = {
    asInt: '3',
    timeUnixNano: `${Date.now()}000000`,
    attributes: [text(ATTR_FINDING_RULE, rule)],
  };
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
  const scopeMetrics = [{ metrics: [{ name: 'spandrel.findings', sum }] }];
  return { resourceMetrics: [{ resource: resourceOf(service), scopeMetrics }] };
}

function resourceOf(service: string) {
  return { attributes: [text('service.name', service)] };
}

function text(key: string, value: string) {
  return { key, value: { stringValue: value } };
}
