import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { OtlpWay } from '../endings/last-spans.ts';
import { load } from '../load.cts';
import { namesIn } from '../settings/otel-values.ts';
import { describe, destinationFromEnv } from './destination.ts';
import type { Destination, Env } from './destination.ts';
import { ExporterList } from './exporter-list.ts';
import { LateExporter } from './late-exporter.ts';

/** Where spans go. */
export interface SpansGo {
  /** Null for `none`. */
  readonly exporter: SpanExporter | null;
  /** Fit to be printed. */
  readonly description: string;
  /** Where it is OTLP: what sends spans when the exporter cannot any more. */
  readonly otlp?: OtlpWay;
}

export interface Way extends SpansGo {
  readonly exporter: SpanExporter;
}

const loadConsole = () => load<typeof import('./console.ts')>('exporter/console');
const loadGrpc = () => load<typeof import('./otlp-grpc.ts')>('exporter/otlp-grpc');
const loadJson = () => load<typeof import('./otlp-json.ts')>('exporter/otlp-json');
const loadProtobuf = () => load<typeof import('./otlp-proto.ts')>('exporter/otlp-proto');

/**
 * Where spans go, as `OTEL_TRACES_EXPORTER` and the OTLP variables say. Exporters are loaded with
 * the first batch. Throws a `RangeError` that names the variable, the rule and the value.
 */
export function exporterFromEnv(env: Env): SpansGo {
  const given = [...new Set(namesIn(env['OTEL_TRACES_EXPORTER'] ?? ''))];
  if (given.includes('none')) return { exporter: null, description: 'nowhere' };
  return joined((given.length === 0 ? ['otlp'] : given).map((kind) => wayOf(kind, env)));
}

/** Several ways as one; the first that is OTLP is asked when the exporters cannot be any more. */
export function joined(ways: readonly Way[]): SpansGo {
  const [first] = ways;
  if (ways.length === 1 && first !== undefined) return first;
  const otlp = ways.find((way) => way.otlp !== undefined)?.otlp;
  const beside = ways.filter((way) => way.otlp === undefined).map(({ exporter }) => exporter);
  return {
    exporter: new ExporterList(...ways.map(({ exporter }) => exporter)),
    description: ways.map(({ description }) => description).join(' and '),
    ...(otlp === undefined ? {} : { otlp: { ...otlp, beside } }),
  };
}

function wayOf(kind: string, env: Env): Way {
  if (kind === 'console') return toConsole();
  if (kind !== 'otlp') {
    throw new RangeError(`OTEL_TRACES_EXPORTER must be otlp, console or none, got "${kind}"`);
  }
  const destination = destinationFromEnv('traces', env);
  return destination.protocol === 'grpc'
    ? byGrpc(destination, () => loadGrpc().spanExporter())
    : byHttp(destination);
}

export function toConsole(): Way {
  const exporter = new LateExporter(() => loadConsole().spanExporter());
  return { exporter, description: 'the console' };
}

export function byHttp(destination: Destination): Way {
  const file = destination.protocol === 'http/json' ? loadJson : loadProtobuf;
  const exporter = new LateExporter(() => file().spanExporter(destination));
  const fate = () => exporter.made?.transport.fate();
  const otlp = { destination, serializer: () => file().serializer, fate };
  return { exporter, description: describe(destination), otlp };
}

/** `make` is called with the first batch. */
export function byGrpc(destination: Destination, make: () => SpanExporter): Way {
  const exporter = new LateExporter(make);
  const otlp = { destination, serializer: () => loadProtobuf().serializer };
  return { exporter, description: describe(destination), otlp };
}
