import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SpandrelProcessor } from '../src/index.ts';
import { aRandom, aRequest, aRig, FakeExporter } from './build.ts';

const byUser = 'SELECT * FROM notes WHERE user_id = $1';

afterEach(() => {
  jest.restoreAllMocks();
});

/** A span as rude code makes it. */
function aSpan(change: object = {}) {
  return {
    name: 'span',
    kind: 2,
    startTime: [1_700_000_000, 0],
    duration: [0, 1_000_000],
    attributes: {},
    events: [],
    links: [],
    status: { code: 0 },
    resource: { attributes: {} },
    instrumentationScope: { name: 'rude' },
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
    setAttribute: () => undefined,
    addEvent: () => undefined,
    ...change,
  };
}

function child(change: object = {}) {
  let count = 0;
  const spanId = `c${String(++count).padStart(15, '0')}`;
  return aSpan({
    parentSpanContext: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId, traceFlags: 1 }),
    ...change,
  });
}

const throwing = {
  get attributes(): never {
    throw new Error('getter');
  },
};
const oddities: Record<string, object> = {
  'no attributes': { attributes: undefined },
  'attributes without a prototype': { attributes: Object.create(null) },
  'attributes whose getter throws': Object.defineProperty({}, 'attributes', {
    get: () => throwing.attributes,
    enumerable: false,
  }),
  'an attribute whose getter throws': {
    attributes: Object.defineProperty({}, 'db.query.text', { get: () => throwing.attributes }),
  },
  'frozen attributes': {
    attributes: Object.freeze({ 'db.system.name': 'postgresql', 'db.query.text': `SELECT 'x'` }),
  },
  'attributes of odd types': {
    attributes: {
      'db.system.name': 7,
      'db.query.text': {},
      'url.full': null,
      'http.url': [1, 'a?b'],
    },
  },
  'no times': { startTime: undefined, duration: undefined },
  'times that are no numbers': { startTime: [NaN, NaN], duration: [NaN, Infinity] },
  'negative times': { startTime: [-5, 0], duration: [-5, -1] },
  'no events': { events: undefined },
  'no links': { links: undefined },
  'no status': { status: undefined },
  'a status of odd types': { status: { code: 'bad', message: 7 } },
  'no name': { name: undefined },
  'no scope': { instrumentationScope: undefined },
  'no resource': { resource: undefined },
  'a parent that throws': Object.defineProperty({}, 'parentSpanContext', {
    get: () => throwing.attributes,
    enumerable: true,
  }),
  'no context': { spanContext: () => undefined },
};

describe('no callback throws, and every span is accounted for', () => {
  test.each(Object.keys(oddities))('on a child with %s', async (name) => {
    const exporter = new FakeExporter();
    const processor = new SpandrelProcessor({ exporter: exporter as never });
    const odd = Object.defineProperties(child(), Object.getOwnPropertyDescriptors(oddities[name]!));
    const root = aSpan();
    const run = (): void => {
      processor.onStart(root as never, ROOT_CONTEXT);
      processor.onStart(odd as never, ROOT_CONTEXT);
      processor.onEnding(odd as never);
      processor.onEnd(odd as never);
      const other = child({ attributes: { 'db.query.text': byUser } });
      processor.onStart(other as never, ROOT_CONTEXT);
      processor.onEnd(other as never);
      processor.onEnding(root as never);
      processor.onEnd(root as never);
    };
    expect(run).not.toThrow();
    await processor.shutdown();
    const { exportedSpans, droppedSpans } = processor.counts;
    expect(exportedSpans + (droppedSpans.internal_error ?? 0)).toBe(3);
  });

  test.each(Object.keys(oddities))('on a root with %s', async (name) => {
    const exporter = new FakeExporter();
    const processor = new SpandrelProcessor({ exporter: exporter as never });
    const odd = Object.defineProperties(aSpan(), Object.getOwnPropertyDescriptors(oddities[name]!));
    const run = (): void => {
      processor.onStart(odd as never, ROOT_CONTEXT);
      processor.onEnd(child() as never);
      processor.onEnding(odd as never);
      processor.onEnd(odd as never);
    };
    expect(run).not.toThrow();
    await processor.shutdown();
    const { exportedSpans, droppedSpans } = processor.counts;
    expect(exportedSpans + (droppedSpans.internal_error ?? 0)).toBe(2);
  });

  test('on a storm of callbacks in any order', async () => {
    const seed = Date.now() % 1_000_000;
    console.log(`guests.test.ts: SEED=${seed}`);
    const random = aRandom(seed);
    const exporter = new FakeExporter();
    const processor = new SpandrelProcessor({ exporter: exporter as never, maxOpenTraces: 3 });
    const names = Object.keys(oddities);
    const storm = (): void => {
      for (let i = 0; i < 3000; i++) {
        const base = random(2) === 0 ? aSpan() : child();
        const odd = oddities[names[random(names.length)]!]!;
        const span = Object.defineProperties(base, Object.getOwnPropertyDescriptors(odd)) as never;
        if (random(2) === 0) processor.onStart(span, ROOT_CONTEXT);
        if (random(2) === 0) processor.onEnding(span);
        processor.onEnd(span);
      }
    };
    expect(storm).not.toThrow();
    await processor.shutdown();
  });
});

describe('a listener', () => {
  function run(onFinding: () => unknown) {
    const rig = aRig({ onFinding: onFinding as never });
    const request = aRequest(rig, '/a');
    request.queries(6, byUser);
    request.end(1500);
    return rig;
  }

  test('for findings that throws is told all the same, and the trace goes its way', async () => {
    const listener = jest.fn(() => {
      throw new Error('listener');
    });
    const rig = run(listener);
    expect(listener).toHaveBeenCalledTimes(2);
    expect(rig.troubles).toEqual(['a listener for findings threw']);
    expect(await rig.account()).toEqual({ ended: 7, accounted: 7, held: 0, exportedTwice: 0 });
  });

  test('for findings that rejects does not end the process', async () => {
    const rejected = jest.fn();
    process.on('unhandledRejection', rejected);
    run(() => Promise.reject(new Error('listener')));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', rejected);
    expect(rejected).not.toHaveBeenCalled();
  });

  test('for trouble that throws is left alone', async () => {
    const rig = aRig({
      maxSpansPerTrace: 1,
      onTrouble: () => {
        throw new Error('listener');
      },
    });
    const request = aRequest(rig, '/a');
    expect(() => request.queries(3, byUser)).not.toThrow();
    request.end();
    expect(await rig.account()).toEqual({ ended: 4, accounted: 4, held: 0, exportedTwice: 0 });
  });
});

test('a meter provider that throws costs the metrics and nothing else', () => {
  const exporter = new FakeExporter();
  const processor = new SpandrelProcessor({
    exporter: exporter as never,
    meterProvider: {
      getMeter: () => {
        throw new Error('meter');
      },
    },
  });
  const root = aSpan({ kind: 1, attributes: { 'http.request.method': 'GET', 'http.route': '/a' } });
  processor.onStart(root as never, ROOT_CONTEXT);
  processor.onEnding(root as never);
  processor.onEnd(root as never);
  expect(processor.report().services[0]?.endpoints[0]?.endpoint).toBe('GET /a');
  return processor.shutdown();
});

test('a process that forgets to shut down ends by itself', () => {
  const built = join(__dirname, '../dist/esm/index.js');
  const program = `
    import { SpandrelProcessor } from ${JSON.stringify(built)};
    import { TracerProvider } from '@opentelemetry/sdk-trace';
    const exporter = { export() {}, shutdown: async () => {} };
    const processor = new SpandrelProcessor({ exporter, maxBatchSpans: 1 });
    const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('app');
    for (let i = 0; i < 3; i++) tracer.startSpan('a').end();
    tracer.startSpan('open');
    console.log('ran');
  `;
  const node = join(__dirname, '../../../node_modules/.bin/node');
  const out = execFileSync(node, ['--input-type=module', '-e', program], { cwd: __dirname });
  expect(String(out)).toBe('ran\n');
});
