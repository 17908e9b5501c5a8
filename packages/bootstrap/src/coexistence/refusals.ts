import { diag, DiagLogLevel } from '@opentelemetry/api';
import { say } from '../say.ts';
import { packageOf } from '../watchdog/loaded-packages.ts';
import { registeredProvider, registry } from './registry.ts';

/**
 * Says it, once, when another SDK wants to be registered after us: OpenTelemetry takes only the first
 * and tells nobody but its diagnostic logger, so we are that, unless one is set. A logger that is set
 * later takes our place.
 */
export function watchRefusals(): void {
  if (registry()?.diag !== undefined) return;
  const ours = registeredProvider();
  let isTold = false;
  const error = (message: unknown): void => {
    if (isTold || typeof message !== 'string' || !refusal.test(message)) return;
    isTold = true;
    const owner = whoAsked(message);
    // Some force their way in when they are refused; that is seen in a moment.
    queueMicrotask(() => say(registeredProvider() === ours ? refused(owner) : replaced(owner)));
  };
  const logger = { error, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}

function ignore(): void {
  // Nobody heard these before us either.
}

/** Both reasons: the place is taken, or it was made by another version of the API. */
const refusal =
  /^Error: @opentelemetry\/api: (?:Attempted duplicate registration of API: trace\b|Registration of version \S+ for trace )/;

function refused(owner: string): string {
  return `${owner} registers an OpenTelemetry provider after us and is refused: no span of OpenTelemetry's API reaches it. Leave one of the two away, or instead of preloading us pass SpandrelProcessor in its spanProcessors`;
}

function replaced(owner: string): string {
  return `${owner} has taken the place of our OpenTelemetry provider: spans made by OpenTelemetry's API go there, and are not judged here`;
}

/** The package nearest to the application in the stack, else the file. */
function whoAsked(stack: string): string {
  let owner: string | null = null;
  for (const line of stack.split('\n').slice(1)) {
    const file = /(?:\(|at (?:async )?)(?:file:\/\/)?([^()]+?):\d+:\d+\)?$/.exec(line)?.[1];
    if (file === undefined || file.startsWith('node:')) continue;
    const name = packageOf(file);
    if (name === null) return owner ?? file;
    if (name !== '@opentelemetry/api') owner = name;
  }
  return owner ?? 'the application';
}
