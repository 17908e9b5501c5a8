import type { Span } from '../types.ts';

/** Database and server that a span speaks to, as far as it says: equal for spans of one connection. */
export function targetOf({ attributes }: Span): string {
  return [
    attributes['db.namespace'] ?? attributes['db.name'],
    attributes['server.address'] ?? attributes['net.peer.name'],
    attributes['server.port'] ?? attributes['net.peer.port'],
  ].join('\u0000');
}
