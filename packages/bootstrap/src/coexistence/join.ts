import type { SpandrelProcessor } from '@spandrel/processor';
import type { Spandrel } from '../running.ts';
import { say } from '../say.ts';
import { attach, oursAmong, processorsOf } from './attach.ts';
import { registeredProvider } from './registry.ts';

/** What joining needs of the start. */
export interface Joining {
  readonly spandrel: Spandrel;
  readonly isQuiet: boolean;
  /** Titles of other tools that have been loaded. */
  readonly others: readonly string[];
  /** Makes a processor without an exporter: it judges and annotates beside others. */
  readonly makeProcessor: () => SpandrelProcessor;
}

/**
 * Where another tracer provider is registered already: registers no second one, attaches our processor
 * to it if it can be reached, and says so. True when there is one, and with it nothing more to start.
 *
 * Attached we own no exit of spans and make none: instrumentation, export and redaction are theirs.
 */
export function joinOther({ spandrel, isQuiet, others, makeProcessor }: Joining): boolean {
  const provider = registeredProvider();
  if (provider === null) return false;
  const owner = ownerOf(provider, others);
  const processors = processorsOf(provider);
  if (processors === null) {
    say(
      `an OpenTelemetry provider is running already (${owner}) that takes no span processors: nothing is judged here`,
    );
    return true;
  }
  const theirs = oursAmong(processors);
  const processor = theirs ?? makeProcessor();
  if (theirs === undefined) attach(processor, processors);
  if (!isQuiet) say(theirs === undefined ? attachedTo(owner) : foundIn(owner));
  spandrel.run({
    processor,
    isQuiet,
    flush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  });
  return true;
}

function attachedTo(owner: string): string {
  return `an OpenTelemetry SDK is running already (${owner}); attached to it: its spans are judged, instrumentation, export and redaction are its own`;
}

function foundIn(owner: string): string {
  return `an OpenTelemetry SDK is running already (${owner}) and has a SpandrelProcessor; nothing more is started`;
}

/** Class names say little, and those of bundles nothing: the service and the tools that are there say more. */
function ownerOf(provider: object, others: readonly string[]): string {
  const words = [provider.constructor.name];
  const service = serviceOf(provider);
  if (service !== undefined && !service.startsWith('unknown_service'))
    words.push(`service ${service}`);
  if (others.length > 0) words.push(`loaded: ${others.join(', ')}`);
  return words.join('; ');
}

function serviceOf(provider: object): string | undefined {
  try {
    const { _resource } = provider as { _resource?: { attributes?: Record<string, unknown> } };
    const name = _resource?.attributes?.['service.name'];
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
