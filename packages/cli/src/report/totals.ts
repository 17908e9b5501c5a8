import type { Report } from '@spandrel/engine';
import { counted, duration } from './format.ts';

/** How much was seen, lost, not read to its end (`broken`: what, where and why) and suppressed, a sentence each. */
export function totalsOf(report: Report, broken: readonly string[] = []): string[] {
  const { durationMs, exported, dropped, suppressed } = report;
  const seen = `${counted(exported.spans, 'span')} in ${counted(exported.batches, 'batch', 'batches')} over ${duration(durationMs)}`;
  const lost = reasonsOf(dropped.reasons);
  const isWhole = dropped.spans === 0 && dropped.traces === 0 && lost === '';
  const spans = `${counted(dropped.spans, 'span')} and ${counted(dropped.traces, 'trace')}`;
  const hasLost = dropped.spans > 0 || dropped.traces > 0;
  const end = isWhole
    ? 'nothing lost'
    : hasLost
      ? `lost: ${spans} (${lost})`
      : `no span lost (${lost})`;
  const sentences = [isWhole && broken.length > 0 ? `${seen}.` : `${seen}; ${end}.`];
  for (const what of broken) {
    sentences.push(`Input broken off: ${what}; what was read before it is above.`);
  }
  if (room.some((reason) => reason in dropped.reasons)) {
    sentences.push(
      'Some traces were judged in pieces: SPANDREL_MAX_HELD_SPANS and SPANDREL_MAX_OPEN_TRACES give more room.',
    );
  }
  if (suppressed.findings > 0) {
    const findings = counted(suppressed.findings, 'finding');
    sentences.push(`Suppressed: ${findings} (${reasonsOf(suppressed.reasons)}).`);
  }
  return sentences;
}

/** Caps for which traces give way to others. */
const room = ['maxOpenTraces', 'maxHeldSpans'];

function reasonsOf(reasons: Readonly<Record<string, number>>): string {
  return Object.entries(reasons)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}
