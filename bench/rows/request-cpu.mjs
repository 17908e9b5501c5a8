import { findDatabase } from '../database.mjs';
import { installPeers } from '../peers.mjs';
import { median } from '../statistics.mjs';

const variants = ['none', 'stock', 'stock-deduplicated', 'stock-no-connect-spans', 'spandrel'];
const routes = { one: '/one', n21: '/n21' };
let databaseUrl;

async function prepare(tellProgress) {
  await installPeers(tellProgress);
  await installPeers(tellProgress, 'peers-deduplicated');
  databaseUrl ??= await findDatabase(tellProgress);
}

/** A process that lost spans on the way did less than the others. */
function checked(result, route) {
  const { received, expected } = result[route];
  if (Math.abs(received - expected) <= expected / 100) return result[route].cpuUs;
  throw new Error(`${received} of ${expected} spans of ${routes[route]} were received`);
}

const ratio = (route, ours, theirs, goal = null) => ({
  what: `${routes[route]}: ${ours} / ${theirs}`,
  unit: 'ratio',
  goal,
  valueOf: (group) => checked(group[ours], route) / checked(group[theirs], route),
});

function absolute(groups) {
  const middle = (route, variant) => median(groups.map((group) => group[variant][route].cpuUs));
  return Object.keys(routes)
    .map((route) => {
      const figures = variants.map((name) => `${name} ${middle(route, name).toFixed(0)}`);
      return `${routes[route]} in µs a request: ${figures.join(', ')}`;
    })
    .join('; ');
}

/** CPU time a request of an application with http and pg, the preload with all it does beside stock. */
export const requestRows = [
  {
    name: 'request-cpu',
    prepare,
    members: () =>
      Object.fromEntries(
        variants.map((name) => [name, { file: 'requests/main.mjs', args: [name, databaseUrl] }]),
      ),
    figures: [
      ratio('n21', 'spandrel', 'stock', 0.85),
      ratio('one', 'spandrel', 'stock', 1),
      ...Object.keys(routes).flatMap((route) => [
        ratio(route, 'spandrel', 'stock-deduplicated'),
        ratio(route, 'spandrel', 'stock-no-connect-spans'),
        ratio(route, 'spandrel', 'none'),
        ratio(route, 'stock', 'none'),
      ]),
    ],
    absolute,
  },
];
