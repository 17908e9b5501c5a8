import { describe, expect, test } from '@jest/globals';
import { endpointOf } from '../../src/endpoint.ts';
import { groupBy } from '../../src/group-by.ts';
import { Judge } from '../../src/judge.ts';
import { resolveEngineOptions } from '../../src/options.ts';
import type { EngineOptions } from '../../src/options.ts';
import { SpanKind } from '../../src/types.ts';
import type { Attributes, Finding, Span } from '../../src/types.ts';
import { aSpan, someDayMs } from '../build.ts';
import { corpusOf } from '../corpus.ts';

/** With `times`, the nth stands under the nth of its parent when that comes as often. */
interface CorpusSpan {
  service: string;
  id: string;
  parent?: string;
  name: string;
  kind: keyof typeof SpanKind;
  startMs?: number;
  durationMs: number;
  times?: number;
  everyMs?: number;
  attributes: Attributes;
}

interface CorpusCase {
  why: string;
  options?: EngineOptions;
  spans: CorpusSpan[];
  expected: (Partial<Finding> & { service: string })[];
  nearest?: string;
}

function spansOf(given: readonly CorpusSpan[]): { service: string; span: Span }[] {
  const counts = new Map(given.map(({ id, times = 1 }) => [id, times]));
  return given.flatMap(({ service, id, parent, times = 1, everyMs = 0, ...rest }) =>
    Array.from({ length: times }, (_, n) => {
      const isOneToOne = parent !== undefined && counts.get(parent) === times && times > 1;
      const parentSpanId = isOneToOne ? `${parent}.${n}` : parent;
      const above = given.find((one) => one.id === parent);
      const span = aSpan({
        name: rest.name,
        durationMs: rest.durationMs,
        attributes: rest.attributes,
        kind: SpanKind[rest.kind],
        spanId: times > 1 ? `${id}.${n}` : id,
        parentSpanId,
        isLocalRoot: above === undefined || rest.kind === 'server',
        startMs: someDayMs + (rest.startMs ?? 0) + n * everyMs,
      });
      return { service, span };
    }),
  );
}

describe('n-plus-one-remote', () => {
  const cases = corpusOf<CorpusCase>('n-plus-one-remote');

  test.each(cases)('%s', (_file, { options = {}, spans: given, expected, nearest }) => {
    const spans = spansOf(given);
    const byId = new Map(spans.map((one) => [one.span.spanId, one]));
    const rootOf = ({ span }: { span: Span }): Span => {
      return span.isLocalRoot ? span : rootOf(byId.get(span.parentSpanId!)!);
    };
    const parts = [...groupBy(spans, rootOf)].map(([root, members]) => ({
      service: members[0]!.service,
      endpoint: endpointOf(root, []),
      root,
      spans: members.map(({ span }) => span),
    }));
    const judge = new Judge(resolveEngineOptions({ ...options, explain: true }));
    const verdict = judge.judgeWhole(parts);
    const findings = verdict.findings.map(({ service, finding }) => ({ service, ...finding }));
    expect(findings).toEqual(expected.map((part) => expect.objectContaining(part)));
    if (nearest !== undefined) {
      expect(verdict.nearest).toContainEqual({ rule: 'n-plus-one-remote', text: nearest });
    }
  });
});
