import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../processes.mjs';

const folder = join(tmpdir(), `spandrel-bench-${process.pid}`);
const writer = fileURLToPath(new URL('../measured/write-recording.mjs', import.meta.url));
const written = new Map();

const fileOf = (megabytes) => join(folder, `${megabytes}.jsonl`);
const reading = (reader, megabytes) => ({
  file: 'recordings.mjs',
  args: [reader, fileOf(megabytes)],
});

/** Writes the files a row needs, once; they go when the bench ends, however it ends. */
function recordings(...sizes) {
  return async (tellProgress) => {
    if (written.size === 0)
      process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(folder, { recursive: true });
    for (const megabytes of sizes) {
      if (written.has(megabytes)) continue;
      tellProgress(`writing ${megabytes} MB of spans`);
      written.set(
        megabytes,
        JSON.parse(await run(process.execPath, [writer, fileOf(megabytes), String(megabytes)])),
      );
    }
  };
}

function checked(megabytes, ...results) {
  const { spans } = written.get(megabytes);
  for (const result of results) {
    if (result.spans !== spans) throw new Error(`${result.spans} of ${spans} spans were read`);
  }
}

const time = {
  name: 'analyze/200mb',
  prepare: recordings(200),
  ours: reading('spandrel', 200),
  theirs: reading('json-parse', 200),
  figures: [
    {
      what: 'analyze 200 MB of OTLP JSON lines / JSON.parse of the lines',
      unit: 'ratio',
      goal: 1.5,
      valueOf(a, b) {
        checked(200, a, b);
        return a.cpuMs / b.cpuMs;
      },
    },
  ],
  absolute: (a, b) =>
    `${a.cpuMs.toFixed(0)} ms against ${b.cpuMs.toFixed(0)} ms for ${a.spans} spans ` +
    `(${((a.cpuMs * 1000) / a.spans).toFixed(1)} µs a span); by the wall clock ${a.wallMs.toFixed(0)} ms against ${b.wallMs.toFixed(0)} ms`,
};

/**
 * Peak memory beside that of a file of 50 MB. With a young generation of one size: left alone, V8
 * makes it larger the longer a program runs, whatever the program holds.
 */
function memory(megabytes) {
  const nodeArgs = ['--max-semi-space-size=8'];
  return {
    name: `analyze-memory/${megabytes}mb`,
    prepare: recordings(50, megabytes),
    ours: { ...reading('spandrel', megabytes), nodeArgs },
    theirs: { ...reading('spandrel', 50), nodeArgs },
    figures: [
      {
        what: `peak memory, ${megabytes} MB / 50 MB of OTLP JSON lines`,
        unit: 'ratio',
        goal: 1.25,
        valueOf(a, b) {
          checked(megabytes, a);
          checked(50, b);
          return a.maxRssMb / b.maxRssMb;
        },
      },
    ],
    absolute: (a, b) => `${a.maxRssMb.toFixed(0)} MB against ${b.maxRssMb.toFixed(0)} MB resident`,
  };
}

export const analyzeRows = [time, memory(100), memory(200)];
