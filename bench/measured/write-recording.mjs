// Writes OTLP JSON lines as the Collector's file exporter does: node write-recording.mjs FILE MEGABYTES
import { closeSync, openSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import {
  queryName,
  queryScope,
  querySpan,
  requestScope,
  requestSpan,
  statementTexts,
} from './queries.mjs';
import { tell } from './cpu.mjs';

const [file, megabytes] = process.argv.slice(2);
const requestsPerLine = 24;
const queriesPerRequest = 21;
const endpoints = 20;
const statements = statementTexts(200);
const resource = attributesOf({
  'service.name': 'meetings',
  'service.instance.id': 'one',
  'telemetry.sdk.language': 'nodejs',
  'process.runtime.version': process.version,
});

let requests = 0;
let spans = 0;
let bytes = 0;
const out = openSync(file, 'w');
while (bytes < megabytes * 1e6) bytes += writeSync(out, `${JSON.stringify(line())}\n`);
closeSync(out);
tell({ spans, bytes });

/** The end of some requests in one batch: two scopes, spans of all requests mixed. */
function line() {
  const roots = [];
  const queries = [];
  for (let n = 0; n < requestsPerLine; n++) addRequest(roots, queries);
  queries.sort((a, b) => (a.endTimeUnixNano < b.endTimeUnixNano ? -1 : 1));
  return {
    resourceSpans: [
      {
        resource: { attributes: resource },
        scopeSpans: [
          { scope: { name: queryScope, version: '0.77.0' }, spans: queries },
          { scope: { name: requestScope, version: '0.300.0' }, spans: roots },
        ],
      },
    ],
  };
}

/** Each endpoint has statements of its own, always in the same order; each tenth request loops. */
function addRequest(roots, queries) {
  const number = requests++;
  const endpoint = (number * 7) % endpoints;
  const traceId = randomBytes(16).toString('hex');
  const rootId = randomBytes(8).toString('hex');
  const startMs = 1_753_800_000_000 + number * 3;
  for (let n = 0; n < queriesPerRequest; n++) {
    const text = statements[(endpoint * 10 + (number % 10 === 0 ? 0 : n)) % statements.length];
    const { kind, attributes } = querySpan(text);
    queries.push(
      span({
        traceId,
        parentSpanId: rootId,
        flags: 257,
        name: queryName,
        kind,
        attributes,
        startMs: startMs + 2 * n,
        durationMs: 1 + (n % 5) / 4,
      }),
    );
  }
  const { kind, attributes } = requestSpan(`/teams/:id/meetings-${endpoint}`);
  const own = {
    'url.path': `/teams/${number}/meetings-${endpoint}`,
    'client.address': '10.1.2.3',
    'http.response.status_code': 200,
  };
  roots.push(
    span({
      traceId,
      spanId: rootId,
      flags: 256,
      name: `GET /teams/:id/meetings-${endpoint}`,
      kind,
      attributes: { ...attributes, ...own },
      startMs,
      durationMs: 60,
    }),
  );
}

function span({ startMs, durationMs, kind, attributes, ...given }) {
  spans++;
  const startNanos = BigInt(startMs) * 1_000_000n + BigInt(spans % 1_000_000);
  return {
    traceId: given.traceId,
    spanId: given.spanId ?? randomBytes(8).toString('hex'),
    parentSpanId: given.parentSpanId ?? '',
    flags: given.flags,
    name: given.name,
    kind: kind + 1,
    startTimeUnixNano: String(startNanos),
    endTimeUnixNano: String(startNanos + BigInt(Math.round(durationMs * 1e6))),
    attributes: attributesOf(attributes),
    status: {},
  };
}

/** 64-bit numbers are text, as the Collector writes them. */
function attributesOf(attributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}
