import type { Instrumentation } from '@opentelemetry/instrumentation';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/** For the package and for Node's own `fetch`: both tell of their requests on the same channels. */
export const create = (): Instrumentation => new UndiciInstrumentation();

/** The request that brought it gets its span, too. */
export function replay(made: Instrumentation, _channel: string, message: unknown): void {
  const { onRequestCreated } = made as Partial<{ onRequestCreated(message: unknown): void }>;
  onRequestCreated?.call(made, message);
}
