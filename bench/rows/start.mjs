import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedProject } from '../packed.mjs';
import { installPeers } from '../peers.mjs';
import { median } from '../statistics.mjs';

const trees = { rival: 'peers-auto', deduplicated: 'peers-auto-deduplicated' };
const packages = ['@opentelemetry/api@1.10.0', 'express@5.3.0', 'pg@8.23.1'];
const members = ['none', 'spandrel', ...Object.keys(trees)];
let folder;

async function prepare(tellProgress) {
  for (const tree of Object.values(trees)) await installPeers(tellProgress, tree);
  folder = await packedProject(tellProgress, packages);
}

/** What stands before the application, by the member's name. */
function preloadOf(member) {
  if (member === 'none') return [];
  if (member === 'spandrel') {
    return ['--require', join(folder, 'node_modules/@spandrel/bootstrap/dist/cjs/register.js')];
  }
  const path = 'node_modules/@opentelemetry/auto-instrumentations-node/dist/register.cjs';
  return ['--require', fileURLToPath(new URL(`../${trees[member]}/${path}`, import.meta.url))];
}

/** Ours over the rival's, each less the same process without any preload. */
const added = (what, unit, rival, goal) => ({
  what: `${what} added / ${rival === 'rival' ? 'the rival' : 'the rival, one copy of each package'}`,
  unit: 'ratio',
  goal,
  valueOf: (group) =>
    (group.spandrel[unit] - group.none[unit]) / (group[rival][unit] - group.none[unit]),
});

const absolute = (groups) =>
  members
    .map((member) => {
      const middle = (unit) => median(groups.map((group) => group[member][unit])).toFixed(1);
      return `${member} ${middle('cpuMs')} ms CPU, ${middle('rssMb')} MB`;
    })
    .join('; ');

function row(name, file, cpuGoal) {
  return {
    name: `start/${name}`,
    prepare,
    members: () =>
      Object.fromEntries(
        members.map((member) => [
          member,
          { file: `start/${file}`, args: [folder], nodeArgs: preloadOf(member) },
        ]),
      ),
    figures: Object.keys(trees).flatMap((rival) => [
      added('CPU', 'cpuMs', rival, cpuGoal),
      added('resident memory', 'rssMb', rival, 1 / 5),
    ]),
    absolute,
  };
}

/** What the preload adds until the application runs, beside OpenTelemetry's own preload. */
export const startRows = [row('script', 'script.cjs', 1 / 20), row('app', 'app.cjs', 1 / 8)];
