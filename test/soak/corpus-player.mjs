// Plays the corpus' traces that fire as live spans, so that a running process finds all kinds of problems.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../packages/engine/corpus', import.meta.url));
const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Every case with one trace, as spans in the order in which they start. */
export const cases = globSync('*/fires*.json', { cwd: folder })
  .sort()
  .flatMap((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')))
  .filter(({ spans }) => spans !== undefined)
  .map(({ spans }) => spans.flatMap(repeated).sort(parentsFirst));

function repeated(given, at) {
  const { times = 1, everyMs = 0, startMs = 0, error = false } = given;
  return Array.from({ length: times }, (_, n) => ({
    id: given.id === undefined ? `${at}.${n}` : n === 0 ? given.id : `${given.id}.${n}`,
    parent: given.parents?.[n] ?? given.parent,
    isRoot: given.root === true,
    name: given.name,
    kind: kinds[given.kind ?? 'internal'],
    scope: given.scope || 'soak',
    fromMs: startMs + n * everyMs,
    toMs: startMs + n * everyMs + given.durationMs,
    attributes: { ...given.attributes, ...given.attributesEach?.[n] },
    events: given.events ?? [],
    hasFailed: Array.isArray(error) ? error[n] === true : error,
    isOpen: given.isOpen === true,
  }));
}

function parentsFirst(a, b) {
  return Number(b.isRoot) - Number(a.isRoot) || a.fromMs - b.fromMs;
}

/** Starts and ends its spans at once, with times of their own in the last moments. */
export function play(spans) {
  const baseMs = Date.now() - Math.max(...spans.map(({ toMs }) => toMs));
  const contexts = new Map();
  const running = [];
  for (const one of spans) {
    const around = contexts.get(one.parent) ?? contexts.get('') ?? ROOT_CONTEXT;
    const span = trace
      .getTracer(one.scope)
      .startSpan(
        one.name,
        { kind: one.kind, attributes: one.attributes, startTime: baseMs + one.fromMs },
        one.isRoot ? ROOT_CONTEXT : around,
      );
    for (const { name, atMs, attributes } of one.events) {
      span.addEvent(name, attributes ?? {}, baseMs + atMs);
    }
    if (one.hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
    const own = trace.setSpan(around, span);
    contexts.set(one.id, own);
    if (one.isRoot) contexts.set('', own);
    running.push({ span, one });
  }
  running.sort((a, b) => a.one.toMs - b.one.toMs || Number(a.one.isRoot) - Number(b.one.isRoot));
  for (const { span, one } of running) if (!one.isOpen) span.end(baseMs + one.toMs);
}
