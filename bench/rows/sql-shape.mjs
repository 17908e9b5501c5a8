import { installPeers } from '../peers.mjs';

const method = (name) => ({ file: 'shapes.mjs', args: [name] });

function row(name, [ours, theirs], what, goal) {
  return {
    name: `sql-shape/${name}`,
    prepare: installPeers,
    ours: method(ours),
    theirs: method(theirs),
    figures: [{ what, unit: 'ratio', goal, valueOf: (a, b) => a.cpuNs / b.cpuNs }],
    absolute: (a, b) => `${a.cpuNs.toFixed(0)} ns against ${b.cpuNs.toFixed(0)} ns a statement`,
  };
}

/** CPU time from a statement's text to its shape. */
export const shapeRows = [
  row('miss-vs-fingerprint', ['miss', 'fingerprint'], 'unseen text / libpg-query, warm', 1 / 15),
  row('miss-vs-regex', ['miss', 'regex'], 'unseen text / regular expressions', 1 / 2.5),
  row('hit', ['hit', 'fingerprint'], 'same string again / libpg-query, warm', 1 / 1500),
  row('fresh', ['fresh', 'fingerprint'], 'built anew / libpg-query, warm', null),
  row('first', ['first', 'fingerprint'], 'unseen shape / libpg-query, warm', null),
];
