const traces = {
  mixed: 'fifty shapes by turns',
  'one-shape': 'one shape',
  nested: 'a chain of steps',
};
const sizes = [100, 1000, 10_000];
const unit = 'ms per 1,000 spans';
const goal = 1;

/** How long the end of a request stops its thread, per 1,000 spans of its trace. */
function row(trace, what, spans) {
  const per1000 = 1000 / spans;
  return {
    name: `judge-pause/${trace}-${spans}`,
    ours: { file: 'pauses.mjs', args: [trace, String(spans)] },
    theirs: null,
    figures: [
      {
        what: `${spans} spans, ${what}: middle`,
        unit,
        goal,
        valueOf: ({ middleMs }) => middleMs * per1000,
      },
      {
        what: `${spans} spans, ${what}: longest`,
        unit,
        goal,
        valueOf: ({ longestMs }) => longestMs * per1000,
      },
    ],
    absolute: ({ middleMs, longestMs, longestWallMs, firstMs }) =>
      `middle ${ms(middleMs)}, longest ${ms(longestMs)} (${ms(longestWallMs)} by the wall clock), ` +
      `first in the process ${ms(firstMs)}`,
  };
}

function ms(value) {
  return `${value.toFixed(2)} ms`;
}

export const pauseRows = Object.entries(traces).flatMap(([trace, what]) =>
  sizes.map((spans) => row(trace, what, spans)),
);
