// CPU time per inserted value: `node quantiles.mjs <sketch> [passes]`, one JSON document on stdout.
import { createRequire } from 'node:module';
import { Sketch } from '@spandrel/engine';
import { randomOf } from '../statistics.mjs';
import { startClock, tell } from './cpu.mjs';

const [sketchName, givenPasses] = process.argv.slice(2);
const passes = Number(givenPasses ?? 64);
const warmPasses = 8;
const valueCount = 1 << 20;
const medianMs = 12;
const sigma = 0.9;

/** Durations of one endpoint, lognormal; the same in every process. Method: Box and Muller. */
function durations() {
  const random = randomOf(7);
  return Float64Array.from({ length: valueCount }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return medianMs * Math.exp(sigma * normal);
  });
}

/** Ours and the rival, each loaded only where it is measured. */
const sketches = {
  spandrel() {
    return {
      fill(values) {
        const sketch = new Sketch();
        for (let i = 0; i < values.length; i++) sketch.insert(values[i]);
        return sketch;
      },
      quantile: (sketch, q) => sketch.quantile(q),
    };
  },
  ddsketch() {
    const peers = createRequire(new URL('../peers/package.json', import.meta.url));
    const { DDSketch } = peers('@datadog/sketches-js');
    return {
      fill(values) {
        const sketch = new DDSketch({ relativeAccuracy: 0.01 });
        for (let i = 0; i < values.length; i++) sketch.accept(values[i]);
        return sketch;
      },
      quantile: (sketch, q) => sketch.getValueAtQuantile(q),
    };
  },
};

/** Distance from the exact quantile (nearest rank), in percent of it. */
function errorsPercent(quantile, values) {
  const sorted = values.slice().sort();
  return Object.fromEntries(
    [0.5, 0.95, 0.99].map((q) => {
      const exact = sorted[Math.ceil(q * sorted.length) - 1];
      return [`p${q * 100}`, (Math.abs(quantile(q) - exact) / exact) * 100];
    }),
  );
}

const { fill, quantile } = sketches[sketchName]();
const values = durations();
for (let pass = 0; pass < warmPasses; pass++) fill(values);

const readClock = startClock();
let sketch;
for (let pass = 0; pass < passes; pass++) sketch = fill(values);
const { cpuMs, wallMs } = readClock();

const items = passes * valueCount;
tell({
  cpuMs,
  wallMs,
  items,
  cpuNs: (cpuMs * 1e6) / items,
  errorsPercent: errorsPercent((q) => quantile(sketch, q), values),
});
