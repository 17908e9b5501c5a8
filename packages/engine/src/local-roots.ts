import { SpanKind } from './types.ts';
import type { Span } from './types.ts';

/**
 * The parts of one trace, each with its local roots settled. `parts` hold each service's spans in
 * any order and are not changed; a span whose guess was wrong is handed back as a copy.
 *
 * Senders that say where a parent is (OTLP's flags) are believed. For the others the whole trace
 * decides: a span whose parent is in another service is a local root; one whose parent is in its
 * own is one only when it answers a call or a message (a service that calls itself), so that a
 * server span inside a server span is none; and where the parent never came, a span that answers
 * somebody is one. A span that is its own parent has none.
 */
export function settleLocalRoots<Part extends { readonly spans: readonly Span[] }>(
  parts: readonly Part[],
): (readonly Span[])[] {
  if (!parts.some(({ spans }) => spans.some(isOpenQuestion))) {
    return parts.map(({ spans }) => spans);
  }
  const indexes = parts.map(({ spans }) => new Map(spans.map((span) => [span.spanId, span])));
  return parts.map(({ spans }, own) =>
    spans.map((span) => {
      if (!isOpenQuestion(span)) return span;
      const isLocalRoot = isRootOf(span, indexes[own]!, indexes);
      return isLocalRoot === span.isLocalRoot ? span : { ...span, isLocalRoot };
    }),
  );
}

function isOpenQuestion({ isRootGuessed, parentSpanId, spanId, isLocalRoot }: Span): boolean {
  return isRootGuessed === true || (parentSpanId === spanId && !isLocalRoot);
}

type Index = ReadonlyMap<string, Span>;

function isRootOf(span: Span, own: Index, all: readonly Index[]): boolean {
  const { parentSpanId, spanId } = span;
  if (parentSpanId === undefined || parentSpanId === spanId) return true;
  const parent = own.get(parentSpanId);
  if (parent !== undefined) return answersSomebody(span) && callsSomebody(parent);
  return answersSomebody(span) || all.some((index) => index.has(parentSpanId));
}

function answersSomebody({ kind }: Span): boolean {
  return kind === SpanKind.server || kind === SpanKind.consumer;
}

function callsSomebody({ kind }: Span): boolean {
  return kind === SpanKind.client || kind === SpanKind.producer;
}

/**
 * Every span under the nearest local root above it; under undefined when none arrived, or when the
 * way up is a circle. A part with one root belongs to it whole, whatever is missing in between.
 */
export function byLocalRoot(spans: readonly Span[]): Map<Span | undefined, readonly Span[]> {
  const roots = spans.filter((span) => span.isLocalRoot);
  if (roots.length <= 1) return new Map([[roots[0], spans]]);
  const rootOf = rootFinder(spans);
  const parts = new Map<Span | undefined, Span[]>(roots.map((root) => [root, []]));
  for (const span of spans) {
    const root = rootOf(span);
    const part = parts.get(root);
    if (part === undefined) parts.set(root, [span]);
    else part.push(span);
  }
  return parts;
}

/** Finds the local root above a span; every span is walked over once. */
function rootFinder(spans: readonly Span[]): (span: Span) => Span | undefined {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const known = new Map<Span, Span | undefined>();
  return (span) => {
    const path: Span[] = [];
    let above: Span | undefined = span;
    while (above !== undefined && !above.isLocalRoot && !known.has(above)) {
      known.set(above, undefined);
      path.push(above);
      above = above.parentSpanId === undefined ? undefined : byId.get(above.parentSpanId);
    }
    const root = above?.isLocalRoot === true ? above : above && known.get(above);
    for (const passed of path) known.set(passed, root);
    return root;
  };
}
