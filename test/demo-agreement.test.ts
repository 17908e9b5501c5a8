import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createAnalyzer } from '@spandrel/engine';
import type { Finding, Span } from '@spandrel/engine';
import { decodeJaegerJson } from '@spandrel/engine/jaeger';
import { decodeTraces, decodeTracesJson } from '@spandrel/engine/otlp';
import { RunningDemo } from '../packages/cli/test/demo/run-demo.ts';
import { jaegerJson } from './documents/jaeger-json.ts';
import { otlpJsonOf } from './documents/otlp-json.ts';
import { startReceiver } from './receiver/receiver.ts';
import type { ReceivedSpan, Receiver } from './receiver/receiver.ts';

// One recorded run of the demo, with a cap so low that its longest loops are cut. What its services
// said of each request while it ran stands on the request's root; three doors read the same bytes.
const cap = 30;

jest.setTimeout(120_000);

let receiver: Receiver;
let bodies: Buffer[];
let live: string[];

beforeAll(async () => {
  receiver = await startReceiver();
  const demo = new RunningDemo(['--json', '--seconds', '5'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    SPANDREL_MAX_SPANS_PER_TRACE: String(cap),
  });
  const code = await demo.exit();
  await demo.end();
  expect(demo.stderr).toBe('spandrel: spans are sent on unjudged (max_spans_per_trace)\n');
  expect(code).toBe(0);
  bodies = receiver.traceBodies;
  live = receiver.spans.flatMap(saidLive).sort();
});
afterAll(() => receiver.close());

/** What a root says was found under it. */
function saidLive({ traceId, attributes, events }: ReceivedSpan): string[] {
  return events
    .filter(({ name }) => name === 'spandrel.finding')
    .map(({ attributes: said }) =>
      line({
        traceId,
        endpoint: String(attributes['spandrel.endpoint']),
        rule: String(said['spandrel.finding.rule']),
        fingerprint: String(said['spandrel.finding.fingerprint']),
        confidence: String(said['spandrel.finding.confidence']),
        repeats: (said['spandrel.finding.repeats'] as number | undefined) ?? null,
      }),
    );
}

function line(one: {
  traceId: string;
  endpoint: string;
  rule: string;
  fingerprint: string;
  confidence: string;
  repeats: number | null;
}): string {
  const { rule, endpoint, repeats, confidence, fingerprint, traceId } = one;
  return [rule, endpoint, repeats, confidence, fingerprint, traceId].join(' | ');
}

type Batch = { service: string; spans: readonly Span[] }[];

/** Findings of requests, and those of many traces or late children apart: they stand on no root. */
function read(batches: Iterable<Batch>): string[] {
  const found: string[] = [];
  const onVerdict = (
    _service: string,
    verdict: { hasRoot: boolean; findings: readonly Finding[] },
  ) => {
    if (verdict.hasRoot) found.push(...verdict.findings.map(line));
  };
  const analyzer = createAnalyzer({}, { onVerdict });
  for (const batch of batches) {
    for (const { service, spans } of batch) analyzer.add(service, spans);
  }
  analyzer.finish();
  return found.sort();
}

test('the run holds loops, duplicates, late children and traces over the cap', () => {
  const rules = new Set(live.map((one) => one.split(' | ')[0]));
  expect([...rules]).toEqual(
    expect.arrayContaining([
      'n-plus-one-query',
      'duplicate-query',
      'n-plus-one-http',
      'retry-storm',
    ]),
  );
  const isLateInsert = ({ attributes }: ReceivedSpan): boolean =>
    attributes['spandrel.late'] === true &&
    String(attributes['db.query.text']).startsWith('INSERT INTO views');
  expect(receiver.spans.some(isLateInsert)).toBe(true);
  const isOverCap = ({ attributes }: ReceivedSpan): boolean =>
    attributes['spandrel.unjudged'] === 'max_spans_per_trace';
  expect(receiver.spans.some(isOverCap)).toBe(true);
});

test('OTLP protobuf gives what the processes said', () => {
  expect(read(bodies.map((body) => decodeTraces(body)))).toEqual(live);
});

test('OTLP JSON lines give what the processes said', () => {
  const lines = bodies.map((body) => JSON.stringify(otlpJsonOf(body)));
  expect(read(lines.map((one) => decodeTracesJson(JSON.parse(one))))).toEqual(live);
});

test('Jaeger JSON gives what the processes said', () => {
  const document = JSON.stringify(jaegerJson(bodies.map(otlpJsonOf)));
  expect(read([decodeJaegerJson(JSON.parse(document))])).toEqual(live);
});
