// What Spandrel costs, as ratios within one run: `npm run bench`. See README.md beside this file.
import { cpus, loadavg } from 'node:os';
import { measureRow } from './measure-row.mjs';
import { help, readOptions, UsageError } from './options.mjs';
import { page } from './page.mjs';
import { endAll } from './processes.mjs';
import { analyzeRows } from './rows/analyze.mjs';
import { growthRows } from './rows/judge-growth.mjs';
import { pauseRows } from './rows/judge-pause.mjs';
import { processorRows } from './rows/processor-per-span.mjs';
import { quantileRows } from './rows/quantile-insert.mjs';
import { requestRows } from './rows/request-cpu.mjs';
import { shapeRows } from './rows/sql-shape.mjs';
import { startRows } from './rows/start.mjs';

const allRows = [
  ...processorRows,
  ...quantileRows,
  ...shapeRows,
  ...pauseRows,
  ...growthRows,
  ...analyzeRows,
  ...requestRows,
  ...startRows,
];

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => {
    endAll();
    process.exit(code);
  });
}

try {
  const options = readOptions(
    process.argv.slice(2),
    allRows.map(({ name }) => name),
  );
  if (options.isHelp) console.log(help);
  else await bench(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}

async function bench(options) {
  const { only, pairs, seed } = options;
  const isWanted = ({ name }) => only.length === 0 || only.some((part) => name.includes(part));
  const rows = [];
  const failures = [];
  for (const row of allRows.filter(isWanted)) {
    try {
      rows.push(await measureRow(row, options, tellProgress));
    } catch (error) {
      failures.push({ name: row.name, message: error.message });
      process.exitCode = 1;
    }
  }
  endProgress();
  const cores = cpus();
  const conditions = {
    node: process.version,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    load: loadavg()[0],
    pairs,
    seed,
  };
  const result = { version: 1, conditions, rows, failures };
  console.log(options.isJson ? JSON.stringify(result, null, 2) : page(result));
}

/** One line that is written over where a person looks, else one per step. */
function tellProgress(text) {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
}

function endProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
