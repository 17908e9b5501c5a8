import { createAnalyzer } from '@spandrel/engine';
import type { Analyzer, Report } from '@spandrel/engine';
import type { ResourceSpans } from '@spandrel/engine/otlp';
import { UsageError } from '../arguments.ts';
import type { Context } from '../context.ts';
import { Interrupted } from '../failure.ts';
import { listenForSignals, orAborted } from '../interruption.ts';
import { explanationPage } from '../report/explanation.ts';
import { markdownReport } from '../report/markdown.ts';
import { reportPage } from '../report/page.ts';
import { paintFor } from '../report/paint.ts';
import { readBaseline, withoutKnown, writeBaseline } from './baseline.ts';
import { BrokenInput, grouped } from './broken-input.ts';
import { Explained } from './explained.ts';
import { inputsOf, reasonOf } from './input.ts';
import type { SpanInput } from './input.ts';
import { engineOptionsOf, severities } from './options.ts';
import type { AnalyzeOptions } from './options.ts';
import { ReadingProgress } from './reading-progress.ts';
import { readSpans } from './read-spans.ts';

/**
 * `spandrel analyze`. Exit codes: 0 reported, 1 something was broken (what was read is reported all
 * the same) or is as bad as `--fail-on` says, 2 bad usage, 3 no spans, 128 and the signal's number
 * when interrupted.
 */
export async function analyze(
  options: AnalyzeOptions,
  operands: readonly string[],
  context: Context,
): Promise<number> {
  const inputs = inputsOf(operands, context);
  const known = options.baseline === undefined ? noneKnown : readBaseline(options.baseline);
  const explained = new Explained();
  const analyzer = createdAnalyzer(options, context, explained);
  const reading = new Reading(analyzer, context);
  const { signal, dispose } = listenForSignals(() => {});
  try {
    for (const input of inputs) await reading.read(input, signal);
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    throw error;
  } finally {
    dispose();
  }
  analyzer.finish();
  const { spans, batches, broken, isBroken } = reading;
  const dropped = { spans: 0, traces: 0, reasons: {} };
  const found = analyzer.report(undefined, { exported: { spans, batches }, dropped });
  const report = withoutKnown(found, known);
  print({ report, broken, explained }, options, context);
  const isWritten = keepBaseline(options['write-baseline'], found, reading, context);
  if (isBroken || !isWritten) return 1;
  if (spans === 0) return 3;
  return failsOn(options['fail-on'], report) ? 1 : 0;
}

/** False when it could not be written. What was not read whole is no baseline. */
function keepBaseline(
  path: string | undefined,
  found: Report,
  { isBroken, spans }: Reading,
  { stderr }: Context,
): boolean {
  if (path === undefined) return true;
  const why = isBroken ? 'the input is broken' : spans === 0 ? 'there are no spans' : null;
  const failure = why === null ? writeBaseline(path, found) : `was not written: ${why}`;
  if (failure !== null) stderr.write(`spandrel analyze: --write-baseline ${path} ${failure}\n`);
  return failure === null || why !== null;
}

const noneKnown: ReadonlySet<string> = new Set();

function createdAnalyzer(
  options: AnalyzeOptions,
  context: Context,
  explained: Explained,
): Analyzer {
  const hooks = { onVerdict: explained.take, onWhole: explained.takeWhole };
  try {
    return createAnalyzer(engineOptionsOf(options, context), options.explain ? hooks : {});
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Reads one input after the other into an analyzer, and says what was wrong with them. */
class Reading {
  spans = 0;
  batches = 0;
  /** Inputs that could not be read to their end: which, and why. */
  readonly broken: string[] = [];
  readonly #analyzer: Analyzer;
  readonly #stderr: Context['stderr'];
  readonly #progress: ReadingProgress;

  constructor(analyzer: Analyzer, { stderr }: Context) {
    this.#analyzer = analyzer;
    this.#stderr = stderr;
    this.#progress = new ReadingProgress(stderr, () => performance.now());
  }

  get isBroken(): boolean {
    return this.broken.length > 0;
  }

  take(resources: readonly ResourceSpans[]): void {
    for (const { service, spans } of resources) {
      this.spans += spans.length;
      this.#analyzer.add(service, spans);
    }
  }

  async read(input: SpanInput, signal: AbortSignal): Promise<void> {
    const before = { spans: this.spans, batches: this.batches };
    const stream = input.open();
    try {
      await orAborted(readSpans(this.#watched(input, stream, signal), this), signal);
      if (this.spans === before.spans) this.#tell(`${input.name}: no spans in it`);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      const what = `${input.name}: ${whyBroken(error)}`;
      this.broken.push(what);
      const spans = this.spans - before.spans;
      const batches = this.batches - before.batches;
      this.#tell(`${what}; read before: ${grouped(spans)} spans in ${grouped(batches)} batches`);
    } finally {
      stream.destroy?.();
      this.#progress.clear();
    }
  }

  async *#watched(
    { name, sizeBytes }: SpanInput,
    stream: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of stream) {
      signal.throwIfAborted();
      bytes += chunk.length;
      this.#progress.update(name, bytes, sizeBytes, this.spans);
      yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    }
  }

  #tell(line: string): void {
    this.#progress.clear();
    this.#stderr.write(`spandrel analyze: ${line.replace(/\p{Cc}/gu, '?')}\n`);
  }
}

/** Of what a file or its content did; anything else is a fault of ours and comes out. */
function whyBroken(error: unknown): string {
  if (error instanceof BrokenInput) return error.message;
  if (typeof (error as NodeJS.ErrnoException).syscall === 'string') return reasonOf(error);
  throw error;
}

function failsOn(least: AnalyzeOptions['fail-on'], { problems }: Report): boolean {
  if (least === undefined) return false;
  const limit = severities.indexOf(least);
  return problems.some(({ severity }) => severities.indexOf(severity) >= limit);
}

interface Outcome {
  readonly report: Report;
  /** As in `totalsOf`. */
  readonly broken: readonly string[];
  readonly explained: Explained;
}

function print(
  { report, broken, explained }: Outcome,
  options: AnalyzeOptions,
  { stdout, env }: Context,
): void {
  const explanation = options.explain ? explained.explanation() : undefined;
  if (options.json || options.format === 'json') {
    stdout.write(`${JSON.stringify({ ...report, explained: explanation }, null, 2)}\n`);
  } else if (options.format === 'markdown') {
    stdout.write(`${markdownReport(report, explanation, broken)}\n`);
  } else {
    const paint = paintFor(stdout, env);
    stdout.write(`${reportPage(report, paint, broken)}\n`);
    if (explanation !== undefined) stdout.write(`\n${explanationPage(explanation, paint)}\n`);
  }
}
