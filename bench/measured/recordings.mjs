// Reads OTLP JSON lines: node recordings.mjs spandrel|json-parse FILE
import { createReadStream } from 'node:fs';
import { main } from '@spandrel/cli';
import { startClock, tell } from './cpu.mjs';

const [reader, file] = process.argv.slice(2);
const readers = { spandrel: analyze, 'json-parse': parseLines };

const read = startClock();
const spans = await readers[reader](file);
tell({ ...read(), spans, maxRssMb: process.resourceUsage().maxRSS / 1024 });

/** What `spandrel analyze FILE --json` does, its output kept instead of printed. */
async function analyze(path) {
  let out = '';
  const context = {
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: process.stderr,
    ownFile: path,
  };
  const exitCode = await main(['analyze', path, '--json'], context);
  const { exported, dropped, problems } = JSON.parse(out);
  if (exitCode !== 0 || dropped.spans > 0) throw new Error(`exit code ${exitCode}, ${out}`);
  if (!problems.some(({ rule }) => rule === 'n-plus-one-query')) throw new Error('no N+1 found');
  return exported.spans;
}

/** The same lines, parsed and nothing else; the spans are counted, so that all was there. */
async function parseLines(path) {
  let count = 0;
  let kept = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 512 * 1024 })) {
    let at = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, at)) {
      const part = chunk.subarray(at, end);
      const line = kept.length === 0 ? part : Buffer.concat([...kept, part]);
      kept = [];
      count += spansIn(JSON.parse(line.toString()));
      at = end + 1;
    }
    kept.push(chunk.subarray(at));
  }
  return count;
}

function spansIn({ resourceSpans }) {
  let count = 0;
  for (const { scopeSpans } of resourceSpans) {
    for (const { spans: some } of scopeSpans) count += some.length;
  }
  return count;
}
