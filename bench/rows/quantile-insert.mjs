import { installPeers } from '../peers.mjs';

const sketch = (name) => ({ file: 'quantiles.mjs', args: [name] });

/** CPU time to take one duration into the sketch, over that of DDSketch at 1 %. */
export const quantileRows = [
  {
    name: 'quantile-insert',
    prepare: installPeers,
    ours: sketch('spandrel'),
    theirs: sketch('ddsketch'),
    figures: [
      {
        what: 'Sketch.insert / DDSketch.accept at 1 %',
        unit: 'ratio',
        goal: 1 / 5,
        valueOf: (a, b) => a.cpuNs / b.cpuNs,
      },
    ],
    absolute: (a, b) =>
      `${a.cpuNs.toFixed(1)} ns against ${b.cpuNs.toFixed(1)} ns an insert; ` +
      `error at p50/p95/p99 ${errors(a)} % against ${errors(b)} %`,
  },
];

function errors({ errorsPercent }) {
  return Object.values(errorsPercent)
    .map((percent) => percent.toFixed(2))
    .join('/');
}
