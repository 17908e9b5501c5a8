import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const running = new Set();

/**
 * Runs a command to its end and resolves with its standard output. Rejects with what it wrote on
 * standard error when it fails.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    running.add(child);
    let out = '';
    let trouble = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (trouble += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) resolve(out);
      else
        reject(new Error(`${[command, ...args].join(' ')}: ${signal ?? code}\n${trouble.trim()}`));
    });
  });
}

/** Ends what is running, so that nothing outlives a bench that is interrupted. */
export function endAll() {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * One measurement in a fresh process: a file of `measured/` with its arguments. It prints one JSON
 * document and names the Node it ran under, which must be ours. `nodeArgs` are Node's own.
 */
export async function measure({ file, args, nodeArgs = [] }) {
  const path = fileURLToPath(new URL(`measured/${file}`, import.meta.url));
  const result = JSON.parse(await run(process.execPath, [...nodeArgs, path, ...args]));
  if (result.node !== process.version) {
    throw new Error(`${file} ran under Node ${result.node}, the bench under ${process.version}`);
  }
  return result;
}

/** `count` pairs of fresh processes, the order turned around from pair to pair: A B, B A, … */
export async function measurePairs(ours, theirs, count, onPair) {
  const pairs = [];
  for (let number = 0; number < count; number++) {
    onPair(number + 1);
    if (number % 2 === 0) {
      const a = await measure(ours);
      pairs.push({ ours: a, theirs: await measure(theirs) });
    } else {
      const b = await measure(theirs);
      pairs.push({ ours: await measure(ours), theirs: b });
    }
  }
  return pairs;
}

/**
 * `count` groups of fresh processes, one for each member, each group beginning with another member:
 * A B C, B C A, … Resolves with what each group measured, by the members' names.
 */
export async function measureGroups(members, count, onGroup) {
  const names = Object.keys(members);
  const groups = [];
  for (let number = 0; number < count; number++) {
    onGroup(number + 1);
    const group = {};
    for (const place of names.keys()) {
      const name = names[(place + number) % names.length];
      group[name] = await measure(members[name]);
    }
    groups.push(group);
  }
  return groups;
}
