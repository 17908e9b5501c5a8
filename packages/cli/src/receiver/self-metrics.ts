import { names } from '@spandrel/engine';
import type { ResourceMetric } from '@spandrel/engine/otlp';

type Unit = 'spans' | 'traces';

const unitByMetric = new Map<string, Unit>([
  [names.METRIC_SELF_SPANS_DROPPED, 'spans'],
  [names.METRIC_SELF_TRACES_DROPPED, 'traces'],
]);

/**
 * What the watched processes say they dropped themselves, from their own metrics: of cumulative
 * sums the last value per process and reason, of deltas their sum.
 */
export class SelfReportedDrops {
  readonly #values = new Map<string, { unit: Unit; reason: string; value: number }>();

  read(metrics: readonly ResourceMetric[]): void {
    for (const { service, instance, name, temporality, points } of metrics) {
      const unit = unitByMetric.get(name);
      if (unit === undefined) continue;
      for (const { attributes, value = 0 } of points) {
        const reason = String(attributes['reason'] ?? 'unknown');
        const key = JSON.stringify([service, instance, unit, reason]);
        const before = temporality === 'delta' ? (this.#values.get(key)?.value ?? 0) : 0;
        this.#values.set(key, { unit, reason, value: before + value });
      }
    }
  }

  /**
   * Sums over all processes. `reasons` holds only what happened, counted in spans; in traces where
   * a reason is known for traces alone.
   */
  totals(): { spans: number; traces: number; reasons: Record<string, number> } {
    const bySpans = this.#sums('spans');
    const byTraces = this.#sums('traces');
    return {
      spans: total(bySpans),
      traces: total(byTraces),
      reasons: { ...byTraces, ...bySpans },
    };
  }

  #sums(unit: Unit): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const drop of this.#values.values()) {
      if (drop.unit !== unit || drop.value === 0) continue;
      sums[drop.reason] = (sums[drop.reason] ?? 0) + drop.value;
    }
    return sums;
  }
}

function total(sums: Record<string, number>): number {
  return Object.values(sums).reduce((sum, value) => sum + value, 0);
}
