const traces = {
  mixed: 'fifty shapes by turns',
  'one-shape': 'one shape, different parameters',
  same: 'one shape, same parameters',
  nested: 'a chain of steps',
  http: 'calls of one URL',
};
const sizes = [100, 1000, 10_000];
const least = 10;

/** What judging costs per span as traces grow; n log n would be log2(spans) / log2(10) times as much. */
function row(trace, what, spans) {
  const measured = (size) => ({ file: 'judging.mjs', args: [trace, String(size)] });
  return {
    name: `judge-growth/${trace}-${spans}`,
    ours: measured(spans),
    theirs: measured(least),
    figures: [
      {
        what: `per span, ${spans} spans / ${least} spans: ${what}`,
        unit: 'ratio',
        goal: Math.round((100 * Math.log2(spans)) / Math.log2(least)) / 100,
        valueOf: (a, b) => a.cpuNs / b.cpuNs,
      },
    ],
    absolute: (a, b) => `${a.cpuNs.toFixed(0)} ns a span against ${b.cpuNs.toFixed(0)} ns`,
  };
}

export const growthRows = Object.entries(traces).flatMap(([trace, what]) =>
  sizes.map((spans) => row(trace, what, spans)),
);
