import { constants } from 'node:os';
import { createAnalyzer } from '@spandrel/engine';
import type { Analyzer, EngineOptions, Report } from '@spandrel/engine';
import { givenSettings } from '../analyze/options.ts';
import { UsageError } from '../arguments.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { Telemetry } from '../receiver/telemetry.ts';
import { engineOptions, forwardHeaders, forwardTarget } from '../receiver/settings.ts';
import { markdownReport } from '../report/markdown.ts';
import { reportPage } from '../report/page.ts';
import { paintFor } from '../report/paint.ts';
import { Application, NotStarted } from './application.ts';
import type { Ended } from './application.ts';
import { serviceName, watchedEnv } from './environment.ts';
import { formatOf } from './options.ts';
import type { Format, RunOptions } from './options.ts';
import { findPreload, preloading } from './preload.ts';
import { Screen } from './screen.ts';
import { handOn } from './signals.ts';
import { targetOf } from './target.ts';

/** Quantiles are those of the whole run: 24 days, the longest the engine's table allows. */
const windowMs = 2_147_483_647;
const refreshMs = 1000;
const notStarted = 127;

/**
 * `spandrel run`: an application with the preload, a receiver of its own, the report as it grows and
 * at the end. Exit code and signal are the application's; 127 when it could not be started, 1 when
 * the receiver could not, 2 for bad usage.
 */
export async function run(
  options: RunOptions,
  operands: readonly string[],
  context: Context,
): Promise<number> {
  if (operands.length === 0) throw new UsageError('what to run is missing');
  const { env, stderr } = context;
  const target = targetOf(operands, process.cwd());
  const format = formatOf(options);
  const screen = new Screen(context, format, options.quiet);
  const limits = { ...engineOptions(env, screen.tell), ...givenSettings(options) };
  const analyzer = createdAnalyzer(limits);
  const telemetry = new Telemetry({
    port: options.port,
    forwardTo: speaksGrpc(env) ? undefined : forwardTarget(env),
    forwardHeaders: forwardHeaders(env),
    analyzer,
    warn: screen.tell,
  });
  try {
    const receiverUrl = await telemetry.start();
    const preload = findPreload(target.folder, context.ownFile);
    const service = serviceName(options.service, env, target);
    const application = new Application({
      target,
      env: {
        ...watchedEnv({ env, receiverUrl, service, limits }),
        ...preloading([preload.register], context.ownFile, env),
        ...screen.colours,
      },
      stdio: screen.stdio,
    });
    const ended = await watched(application, telemetry, screen, service);
    const report = await telemetry.report();
    print(report, format, context);
    return exitCodeOf(ended, context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    stderr.write(`spandrel run: ${error.message}\n`);
    return error instanceof NotStarted ? notStarted : 1;
  } finally {
    await telemetry.close();
  }
}

/** Then nothing is sent on: what we have are requests of OTLP over HTTP. */
function speaksGrpc(env: Context['env']): boolean {
  return env['OTEL_EXPORTER_OTLP_PROTOCOL']?.trim() === 'grpc';
}

function createdAnalyzer(limits: EngineOptions): Analyzer {
  try {
    return createAnalyzer({ ...limits, windowMs });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Until the application ends. */
async function watched(
  application: Application,
  telemetry: Telemetry,
  screen: Screen,
  service: string,
): Promise<Ended> {
  screen.attach(application);
  screen.tellStart(service);
  const giveBack = handOn(application, () => screen.tell('spandrel run: killed, it did not end'));
  const refreshing = setInterval(() => screen.refresh(telemetry.soFar()), refreshMs);
  try {
    return await application.ended;
  } finally {
    clearInterval(refreshing);
    giveBack();
    screen.close();
  }
}

function print(report: Report, format: Format, { stdout, stderr, env }: Context): void {
  if (format === 'json') stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (format === 'markdown') stdout.write(`${markdownReport(report)}\n`);
  else {
    stderr.write(`\n${reportPage(report, paintFor(stderr, env))}\n`);
    if (report.exported.spans > 0) return;
    stderr.write('Why there are none: spandrel doctor -- <the same command>\n');
  }
}

function exitCodeOf({ code, signal }: Ended, { endBy }: Context): number {
  if (signal === null) return code ?? 1;
  endBy?.(signal);
  return 128 + (constants.signals[signal] ?? 0);
}
