/** Texts that a variable may hold; anything else is told in one line and left out. */
export type OtelValue =
  | { readonly kind: 'text' }
  /** `true`, in any case; every other text means false, and is told unless it is `false`. */
  | { readonly kind: 'flag' }
  /** A whole number of at least `least`. */
  | { readonly kind: 'number'; readonly least: number }
  /** From 0 to 1. */
  | { readonly kind: 'ratio' }
  /** In any case. */
  | { readonly kind: 'name'; readonly names: readonly string[] }
  /** In any case, parted by commas; an unknown one is left out, the others count. */
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'address' }
  /** `key=value`, parted by commas, percent-encoded; `secret` ones are headers, and never printed. */
  | { readonly kind: 'pairs'; readonly secret: boolean }
  | { readonly kind: 'file' };

/** What becomes of one variable of OpenTelemetry's specification in a process that we start. */
export interface OtelVariable {
  readonly name: string;
  readonly value: OtelValue;
  /** What counts where it is not set, in its own spelling; empty for nothing. */
  readonly default: string;
  /** Who acts on it; null for nobody: then `doc` says why. */
  readonly by: 'spandrel' | 'sdk' | 'exporter' | 'instrumentation' | null;
  readonly doc: string;
}

export const otlpProtocols = ['http/protobuf', 'http/json', 'grpc'] as const;
const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const text: OtelValue = { kind: 'text' };
const flag: OtelValue = { kind: 'flag' };
const file: OtelValue = { kind: 'file' };
const address: OtelValue = { kind: 'address' };
/** A count or a length, which may be 0. */
const count: OtelValue = { kind: 'number', least: 0 };
/** A time or a size, which may not. */
const positive: OtelValue = { kind: 'number', least: 1 };

const general: readonly OtelVariable[] = [
  {
    name: 'OTEL_SDK_DISABLED',
    value: flag,
    default: 'false',
    by: 'spandrel',
    doc: 'Nothing is started, Spandrel neither.',
  },
  {
    name: 'OTEL_CONFIG_FILE',
    value: file,
    default: '',
    by: 'spandrel',
    doc: 'A declarative configuration file; with it the other OTEL_* variables count only where the file names them.',
  },
  {
    name: 'OTEL_SERVICE_NAME',
    value: text,
    default: 'unknown_service',
    by: 'sdk',
    doc: 'The name of the service; wins over `service.name` in OTEL_RESOURCE_ATTRIBUTES.',
  },
  {
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    value: { kind: 'pairs', secret: false },
    default: '',
    by: 'sdk',
    doc: 'Attributes of the resource; one wrong pair discards all of them.',
  },
  {
    name: 'OTEL_NODE_RESOURCE_DETECTORS',
    value: {
      kind: 'names',
      names: ['none', 'all', 'env', 'host', 'os', 'process', 'serviceinstance'],
    },
    default: 'all',
    by: 'sdk',
    doc: 'What is found out about process and host. Unset, the command line is left out; set, it is as the SDK has it.',
  },
  {
    name: 'OTEL_LOG_LEVEL',
    value: { kind: 'name', names: ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] },
    default: '',
    by: 'sdk',
    doc: "The SDK's own messages, on the console; unset, it is silent.",
  },
  {
    name: 'OTEL_PROPAGATORS',
    value: { kind: 'names', names: ['tracecontext', 'baggage', 'b3', 'b3multi', 'none'] },
    default: 'tracecontext,baggage',
    by: 'sdk',
    doc: 'Headers that carry a trace from service to service.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER',
    value: { kind: 'name', names: samplers },
    default: 'parentbased_always_on',
    by: 'sdk',
    doc: 'Which traces are recorded.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER_ARG',
    value: { kind: 'ratio' },
    default: '1',
    by: 'sdk',
    doc: 'The share of traces, for the two ratio samplers.',
  },
  {
    name: 'OTEL_TRACES_EXPORTER',
    value: { kind: 'names', names: ['otlp', 'console', 'none'] },
    default: 'otlp',
    by: 'spandrel',
    doc: 'Where spans go; with `none` they are judged all the same.',
  },
  {
    name: 'OTEL_METRICS_EXPORTER',
    value: { kind: 'names', names: ['otlp', 'console', 'prometheus', 'none'] },
    default: 'otlp',
    by: 'sdk',
    doc: 'Where metrics go.',
  },
  {
    name: 'OTEL_LOGS_EXPORTER',
    value: { kind: 'names', names: ['otlp', 'console', 'none'] },
    default: 'otlp',
    by: 'sdk',
    doc: 'Where log records go.',
  },
];

const limits: readonly OtelVariable[] = [
  limit('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '', 'Characters of an attribute of anything.'),
  limit('OTEL_ATTRIBUTE_COUNT_LIMIT', '128', 'Attributes of anything.'),
  limit('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', '', 'Characters of an attribute of a span.'),
  limit('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '128', 'Attributes of a span.'),
  limit('OTEL_SPAN_EVENT_COUNT_LIMIT', '128', 'Events of a span.'),
  limit('OTEL_SPAN_LINK_COUNT_LIMIT', '128', 'Links of a span.'),
  limit('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', '128', 'Attributes of an event.'),
  limit('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', '128', 'Attributes of a link.'),
  limit('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', '', 'Characters of one of a log record.'),
  limit('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', '128', 'Attributes of a log record.'),
];

function limit(name: string, unset: string, doc: string): OtelVariable {
  return { name, value: count, default: unset, by: 'sdk', doc };
}

const batches: readonly OtelVariable[] = [
  batch('OTEL_BSP_SCHEDULE_DELAY', '5000', 'spandrel', 'Longest wait of a span, in milliseconds.'),
  batch('OTEL_BSP_EXPORT_TIMEOUT', '30000', 'spandrel', 'Time for an export, in milliseconds.'),
  batch('OTEL_BSP_MAX_QUEUE_SIZE', '50000', 'spandrel', 'Spans that wait; the SDK has 2048.'),
  batch('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '512', 'spandrel', 'Spans in an export.'),
  batch('OTEL_BLRP_SCHEDULE_DELAY', '1000', 'sdk', 'The same for log records, in milliseconds.'),
  batch('OTEL_BLRP_EXPORT_TIMEOUT', '30000', 'sdk', 'The same for log records, in milliseconds.'),
  batch('OTEL_BLRP_MAX_QUEUE_SIZE', '2048', 'sdk', 'Log records that wait.'),
  batch('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', '512', 'sdk', 'Log records in an export.'),
  batch('OTEL_METRIC_EXPORT_INTERVAL', '60000', 'sdk', 'Between exports, in milliseconds.'),
  batch('OTEL_METRIC_EXPORT_TIMEOUT', '30000', 'sdk', 'Time for an export, in milliseconds.'),
];

function batch(name: string, unset: string, by: 'spandrel' | 'sdk', doc: string): OtelVariable {
  return { name, value: positive, default: unset, by, doc };
}

/** Each also with `TRACES_`, `METRICS_` or `LOGS_` behind `OTLP_`, which wins for that signal. */
const otlp: readonly OtelVariable[] = [
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    value: address,
    default: 'http://localhost:4318',
    by: 'exporter',
    doc: 'Where to; `/v1/traces` and the like are added, but not to the address of one signal. For grpc port 4317.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    value: { kind: 'name', names: otlpProtocols },
    default: 'http/protobuf',
    by: 'spandrel',
    doc: 'In what form.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    value: { kind: 'pairs', secret: true },
    default: '',
    by: 'exporter',
    doc: 'Headers of the requests, for keys of a vendor; those of one signal are added to those of all.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    value: positive,
    default: '10000',
    by: 'exporter',
    doc: 'Time for a request, in milliseconds.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_COMPRESSION',
    value: { kind: 'name', names: ['gzip', 'none'] },
    default: 'none',
    by: 'exporter',
    doc: 'Whether requests are compressed.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
    value: file,
    default: '',
    by: 'exporter',
    doc: "Certificates that the server's own is checked with.",
  },
  {
    name: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
    value: file,
    default: '',
    by: 'exporter',
    doc: 'Private key for mutual TLS.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    value: file,
    default: '',
    by: 'exporter',
    doc: 'Certificate for mutual TLS.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_INSECURE',
    value: flag,
    default: 'false',
    by: 'exporter',
    doc: 'grpc without TLS, for an endpoint that names no scheme.',
  },
];

export const signals = ['TRACES', 'METRICS', 'LOGS'] as const;
export type Signal = (typeof signals)[number];

/** `OTEL_EXPORTER_OTLP_ENDPOINT` of one signal. */
export function ofSignal(name: string, signal: Signal): string {
  return name.replace('OTEL_EXPORTER_OTLP_', `OTEL_EXPORTER_OTLP_${signal}_`);
}

const others: readonly OtelVariable[] = [
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    value: { kind: 'name', names: ['cumulative', 'delta', 'lowmemory'] },
    default: 'cumulative',
    by: 'exporter',
    doc: 'Whether counts go on from the start or from the last export.',
  },
  {
    name: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    value: text,
    default: '',
    by: 'exporter',
    doc: 'Where Prometheus fetches, with OTEL_METRICS_EXPORTER=prometheus.',
  },
  {
    name: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    value: count,
    default: '9464',
    by: 'exporter',
    doc: 'The port for it.',
  },
  {
    name: 'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
    value: flag,
    default: 'false',
    by: 'sdk',
    doc: "The SDK's metrics about itself.",
  },
  {
    name: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    value: text,
    default: '',
    by: 'spandrel',
    doc: 'Instrumentations that are loaded; see `enabledInstrumentations`.',
  },
  {
    name: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    value: text,
    default: '',
    by: 'spandrel',
    doc: 'Instrumentations that are not loaded; see `disabledInstrumentations`.',
  },
  {
    name: 'OTEL_SEMCONV_STABILITY_OPT_IN',
    value: text,
    default: '',
    by: 'instrumentation',
    doc: 'Old attribute names beside the new ones, where an instrumentation still knows them.',
  },
  {
    name: 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
    value: text,
    default: '',
    by: 'instrumentation',
    doc: 'HTTP methods that keep their name; others are `_OTHER`.',
  },
];

const why = {
  noReader: 'Not supported by the JavaScript SDK.',
  zipkin: 'We do not send to Zipkin; a Collector does.',
};

const ignored: readonly OtelVariable[] = [
  unread('OTEL_METRICS_EXEMPLAR_FILTER', why.noReader),
  unread('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', why.noReader),
  unread('OTEL_ENTITIES', why.noReader),
  unread('OTEL_EXPORTER_ZIPKIN_ENDPOINT', why.zipkin),
  unread('OTEL_EXPORTER_ZIPKIN_TIMEOUT', why.zipkin),
  unread('OTEL_EXPERIMENTAL_CONFIG_FILE', 'Its name is OTEL_CONFIG_FILE now.'),
];

function unread(name: string, doc: string): OtelVariable {
  return { name, value: text, default: '', by: null, doc };
}

/** Of these the three forms for one signal are claimed, too: see `ofSignal`. */
export const otlpVariables: readonly OtelVariable[] = otlp;

/** One row for each variable that we know, as the README prints them. */
export const otelVariables: readonly OtelVariable[] = [
  ...general,
  ...otlp,
  ...others,
  ...limits,
  ...batches,
  ...ignored,
];

/** With those of one signal: every name there is. */
export function everyOtelVariable(): OtelVariable[] {
  const ofOne = otlp.flatMap((row) =>
    signals.map((signal) => ({ ...row, name: ofSignal(row.name, signal), default: '' })),
  );
  return [...otelVariables, ...ofOne];
}
