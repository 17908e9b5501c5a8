const spans = (pipeline, traffic) => ({ file: 'spans.mjs', args: [pipeline, traffic] });

/** CPU time a span with our processor, over the same spans without it or with the SDK's own. */
function row(name, what, [ours, theirs], { traffic = 'healthy', goal = null } = {}) {
  return {
    name: `processor-per-span/${name}`,
    ours: spans(ours, traffic),
    theirs: spans(theirs, traffic),
    figures: [{ what, unit: 'ratio', goal, valueOf: (a, b) => a.cpuNs / b.cpuNs }],
    absolute: (a, b) => `${a.cpuNs.toFixed(0)} ns against ${b.cpuNs.toFixed(0)} ns a span`,
  };
}

export const processorRows = [
  row('judge', 'judging beside others / SDK alone', ['judge', 'no-processor'], { goal: 1.06 }),
  row('metrics', 'the same with a metrics SDK / SDK alone', ['judge-and-metrics', 'no-processor']),
  row('export-vs-batch', 'judging and exporting / BatchSpanProcessor', [
    'judge-and-export',
    'batch-processor',
  ]),
  row('export', 'judging and exporting / SDK alone', ['judge-and-export', 'no-processor']),
  row('n-plus-one', 'judging an N+1 in every trace / SDK alone', ['judge', 'no-processor'], {
    traffic: 'n-plus-one',
  }),
];
