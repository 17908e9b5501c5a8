// node end-with-parent.mjs <program> [arguments…]
// Runs a program that ends when this script's standard input closes. The tests hold that pipe, so
// closing it stops the program, and so does the death of the test process, however it died.
import { spawn } from 'node:child_process';

const killAfterMs = 10_000;
const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

child.on('error', (error) => {
  console.error(`cannot start ${program}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));

// A Ctrl-C reaches the program too, as one of the same group: wait for it to end by itself.
process.on('SIGINT', () => {});
process.stdin.resume();
process.stdin.on('end', () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), killAfterMs);
});
