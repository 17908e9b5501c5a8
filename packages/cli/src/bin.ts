#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { main } from './main.ts';

// A reader that goes away early (`| head`) is no fault of ours.
process.stdout.on('error', () => {});

void main(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  ownFile: realpathSync(process.argv[1]!),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
