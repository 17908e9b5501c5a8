import type { Description } from './description.ts';
import { Failure } from '../failure.ts';
import { logIn } from './login.ts';
import type { Progress } from './progress.ts';
import type { PhaseResult } from './traffic.ts';
import { drivePhase } from './traffic.ts';

const concurrency = 4;

export interface RunOptions {
  readonly description: Pick<Description, 'phases' | 'login'>;
  readonly baseUrl: string;
  /** For all phases together, split evenly. */
  readonly durationMs: number;
  /** Ends the requests early, without an error. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Logs in and drives one phase after the other. Throws `Failure` when nothing works any more. */
export async function runPhases(options: RunOptions): Promise<void> {
  const { description, baseUrl, durationMs, signal, progress } = options;
  const { phases, login } = description;
  const headers = await logIn(baseUrl, login, signal);
  for (const phase of phases) {
    if (signal.aborted) return;
    progress.step(`${phase.name} …`);
    const start = performance.now();
    const result = await drivePhase(phase, {
      baseUrl,
      headers,
      concurrency,
      durationMs: durationMs / phases.length,
      signal,
      now: () => performance.now(),
      onRequest: (sent) => progress.update(line(phase.name, sent, performance.now() - start)),
    });
    if (!signal.aborted) tell(result, progress);
  }
}

function tell(result: PhaseResult, progress: Progress): void {
  const { name, requests, failures, firstFailure, durationMs } = result;
  progress.done(line(name, requests, durationMs));
  if (failures === 0) return;
  const what = `${failures} of ${requests} requests of the phase ${name} failed (first: ${firstFailure})`;
  if (failures === requests) throw new Failure(what);
  progress.warn(what);
}

function line(name: string, requests: number, durationMs: number): string {
  const seconds = (durationMs / 1000).toFixed(1).padStart(4);
  return `${name.padEnd(10)} ${String(requests).padStart(5)} requests  ${seconds} s`;
}
