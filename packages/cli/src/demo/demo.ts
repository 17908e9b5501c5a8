import { createAnalyzer } from '@spandrel/engine';
import type { Report } from '@spandrel/engine';
import type { Context } from '../context.ts';
import { nextSteps } from '../report/next-steps.ts';
import { reportPage } from '../report/page.ts';
import { paintFor } from '../report/paint.ts';
import { findCheckout } from './checkout.ts';
import { Children } from './children.ts';
import { readDescription } from './description.ts';
import { Example } from './example.ts';
import { Failure, Interrupted } from '../failure.ts';
import { listenForSignals, orAborted } from '../interruption.ts';
import type { Progress } from './progress.ts';
import { progressOn } from './progress.ts';
import { runPhases } from './run-phases.ts';
import { engineOptions, forwardHeaders, forwardTarget } from '../receiver/settings.ts';
import { Telemetry } from '../receiver/telemetry.ts';

export interface DemoOptions {
  /** Time for requests, split evenly over the phases. */
  readonly seconds: number;
  /** Of the receiver; 0 takes a free one. */
  readonly port: number;
  readonly json: boolean;
  readonly keep: boolean;
}

/** Longer than the services wait before they send spans and metrics, see `serviceEnv`. */
const sendingMs = 2500;

/**
 * `spandrel demo`. Exit codes: 0 reported, 1 something could not start or ended by itself, 3 no
 * spans came, 128 and the signal's number when interrupted. No process is left behind.
 */
export async function demo(options: DemoOptions, context: Context): Promise<number> {
  const forwardTo = forwardTarget(context.env);
  const progress = progressOn(context.stderr, options.json, () => performance.now());
  const children = new Children();
  const { signal, dispose } = listenForSignals(children.killAll);
  try {
    const exitCode = await run(options, context, { forwardTo, progress, children, signal });
    signal.throwIfAborted(); // the signal may have come while everything was being ended
    return exitCode;
  } catch (error) {
    if (error instanceof Interrupted) {
      progress.done(`${error.message}: everything is stopped`);
      return error.exitCode;
    }
    if (!(error instanceof Failure)) throw error;
    progress.warn(`spandrel demo: ${error.message}`);
    return 1;
  } finally {
    children.dispose();
    dispose();
  }
}

interface Surroundings {
  readonly forwardTo: URL | undefined;
  readonly progress: Progress;
  readonly children: Children;
  readonly signal: AbortSignal;
}

async function run(
  options: DemoOptions,
  context: Context,
  { forwardTo, progress, children, signal }: Surroundings,
): Promise<number> {
  const checkout = findCheckout(context.ownFile);
  const description = readDescription(checkout.description);
  const warn = onlyOnce(progress.warn);
  const limits = engineOptions(context.env, (message) => warn(`spandrel: ${message}`));
  const analyzer = createAnalyzer({
    ...limits,
    windowMs: (options.seconds + 60) * 1000, // quantiles of the whole run
  });
  const telemetry = new Telemetry({
    port: options.port,
    forwardTo,
    forwardHeaders: forwardHeaders(context.env),
    analyzer,
    warn,
  });
  let example: Example | undefined;
  try {
    const receiverUrl = await telemetry.start();
    const { env } = context;
    example = new Example({
      checkout,
      description,
      receiverUrl,
      env,
      children,
      progress,
      warn,
    });
    await orAborted(example.start(), signal);

    const failure = await failureOf(
      runPhases({
        description,
        baseUrl: example.url,
        durationMs: options.seconds * 1000,
        signal: AbortSignal.any([signal, example.broken]),
        progress,
      }),
      example,
    );
    signal.throwIfAborted();
    if (failure !== undefined) progress.warn(`spandrel demo: ${failure.message}`);

    // Ending is the services' sign to send everything; kept ones are given the time they need.
    const everythingSent = options.keep ? waited(sendingMs) : example.stopServices();
    await orAborted(everythingSent, signal);
    const report = await orAborted(telemetry.report(), signal);
    print(report, options, context);

    if (options.keep && failure === undefined) {
      progress.done(`\nLeft running, until Ctrl-C:\n  receiver      ${receiverUrl}`);
      for (const address of example.addresses) progress.done(`  ${address}`);
      await orAborted(new Promise<never>(() => {}), signal);
    }
    if (failure !== undefined) return 1;
    return report.exported.spans === 0 ? 3 : 0;
  } finally {
    await example?.stop();
    await telemetry.close();
  }
}

/** Why the requests came to an early end, if they did; an interruption is none of it. */
async function failureOf(phases: Promise<void>, example: Example): Promise<Failure | undefined> {
  try {
    await phases;
  } catch (error) {
    if (error instanceof Failure) return (example.broken.reason as Failure) ?? error;
    throw error;
  }
  return example.broken.reason as Failure | undefined;
}

function print(report: Report, { json }: DemoOptions, { stdout, env }: Context): void {
  if (json) {
    stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const paint = paintFor(stdout, env);
  stdout.write(`\n${reportPage(report, paint)}\n\n${nextSteps(paint)}\n`);
}

function onlyOnce(tell: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (told.has(line)) return;
    told.add(line);
    tell(line);
  };
}

function waited(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
