#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { main } from './main.ts';

let isLost = false;
process.stdout.on('error', (error: Error & { code?: string }) => {
  // A reader that goes away early (`| head`) is no fault of ours.
  if (error.code === 'EPIPE') return;
  if (!isLost) process.stderr.write(`spandrel: the output was not written: ${error.message}\n`);
  isLost = true;
  process.exitCode = 1;
});

let endingSignal: NodeJS.Signals | undefined;

void main(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  ownFile: realpathSync(process.argv[1]!),
  endBy: (signal) => (endingSignal = signal),
}).then((exitCode) => {
  process.exitCode = isLost ? 1 : exitCode;
  if (endingSignal !== undefined) process.kill(process.pid, endingSignal);
});
