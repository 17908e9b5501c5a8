import { InstrumentationBase } from '@opentelemetry/instrumentation';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { observeProcessAndHost } from '../metrics/process-and-host.ts';

/** Metrics of the process and its machine, by the name that OpenTelemetry's own package for them has. */
export const create = (): Instrumentation => new HostMetrics();

class HostMetrics extends InstrumentationBase {
  constructor() {
    super('@spandrel/bootstrap/host-metrics', '1', {});
  }

  protected override init(): [] {
    return [];
  }

  /** Called by the base class with each meter it gets. */
  protected override _updateMetricInstruments(): void {
    observeProcessAndHost(this.meter);
  }
}
