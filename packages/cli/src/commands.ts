import { analyzeOptions } from './analyze/options.ts';
import type { Operands, OptionSpecs, OptionValues } from './arguments.ts';
import { configOptions } from './config/options.ts';
import type { Context } from './context.ts';
import { doctorOptions } from './doctor/options.ts';
import { runOptions } from './run/options.ts';

/** A command of `spandrel`; its help is made from this and nothing else. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  /** Absent for a command that takes none. */
  readonly operands?: Operands;
  /** Environment variables it reads, with their meaning. */
  readonly environment: Readonly<Record<string, string>>;
  /** Gives the exit code; throws `UsageError` for bad usage. */
  readonly run: (values: never, context: Context, operands: readonly string[]) => Promise<number>;
}

function command<const Specs extends OptionSpecs>(
  spec: Omit<Command, 'options' | 'run'> & {
    readonly options: Specs;
    readonly run: (
      values: OptionValues<Specs>,
      context: Context,
      operands: readonly string[],
    ) => Promise<number>;
  },
): Command {
  return spec;
}

export const commands: readonly Command[] = [
  command({
    name: 'run',
    summary: 'run your application, unedited, and report what is slow, why and where',
    operands: {
      placeholder: 'app.js …',
      help: 'a script or folder for Node.js, or a command such as npm start, and its arguments',
      areCommand: true,
    },
    options: runOptions,
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT:
        'also send everything on, byte for byte, over OTLP/HTTP, with OTEL_EXPORTER_OTLP_HEADERS',
      OTEL_SERVICE_NAME: 'name of the service',
      'SPANDREL_*': 'every setting of @spandrel/bootstrap; options given here win',
      NO_COLOR: 'no colour',
    },
    run: async (values, context, operands) =>
      (await import('./run/run.ts')).run(values, operands, context),
  }),
  command({
    name: 'doctor',
    summary: 'say why there are no spans, or that all is well, and what to do',
    operands: {
      placeholder: 'node app.js',
      help: 'run the application for a moment and look from inside, too; its output goes to stderr',
      areCommand: true,
    },
    options: doctorOptions,
    environment: {
      'OTEL_*, SPANDREL_*': 'what the application would have; they are what is looked at',
      NO_COLOR: 'no colour',
    },
    run: async (values, context, operands) =>
      (await import('./doctor/doctor.ts')).doctor(values, operands, context),
  }),
  command({
    name: 'config',
    summary: 'list every setting, its value here and where it comes from',
    options: configOptions,
    environment: {
      'OTEL_*, SPANDREL_*': 'what the application would have; they are what is listed',
      NO_COLOR: 'no colour',
    },
    run: async (values, context) => (await import('./config/config.ts')).config(values, context),
  }),
  command({
    name: 'demo',
    summary: 'run an example service with real problems in it and report what is found',
    options: {
      seconds: {
        type: 'integer',
        least: 1,
        most: 600,
        default: 15,
        placeholder: 'N',
        help: 'how long to send requests; every route is called at least once',
      },
      port: {
        type: 'integer',
        least: 0,
        most: 65_535,
        default: 0,
        placeholder: 'N',
        help: 'port of the OTLP/HTTP receiver on 127.0.0.1; 0 takes a free one',
      },
      json: { type: 'boolean', help: 'print the report as one JSON document, nothing else' },
      keep: { type: 'boolean', help: 'leave everything running after the report, until Ctrl-C' },
    },
    environment: {
      DATABASE_URL: 'a PostgreSQL of your own instead of the embedded one',
      REDIS_URL: 'a Redis for the cache instead of memory',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'also send everything on, byte for byte, over OTLP/HTTP',
      NO_COLOR: 'no colour',
    },
    run: async (values, context) => (await import('./demo/demo.ts')).demo(values, context),
  }),
  command({
    name: 'analyze',
    summary: 'read recorded spans and report what is slow, why and where',
    operands: {
      placeholder: 'FILE…',
      help: 'OTLP as JSON, JSON lines or protobuf, or Jaeger JSON; gzip or zstd or not; without one, or for -, standard input',
    },
    options: analyzeOptions,
    environment: {
      'SPANDREL_*': 'every option of the engine, as its README lists them; options given here win',
      NO_COLOR: 'no colour',
    },
    run: async (values, context, files) =>
      (await import('./analyze/analyze.ts')).analyze(values, files, context),
  }),
  command({
    name: 'rules',
    summary: 'list what is looked for',
    options: {},
    environment: { NO_COLOR: 'no colour' },
    run: async (_values, context) => (await import('./rules.ts')).listRules(context),
  }),
];
