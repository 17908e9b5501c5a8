import { join } from 'node:path';
import type { Row } from './drive.ts';

const pem = (name: string): string => join(__dirname, 'tls', name);
const otlp = (signal: string, name: string): string => `OTEL_EXPORTER_OTLP_${signal}_${name}`;
const signals = ['TRACES', 'METRICS', 'LOGS'];

/** The same setting for each signal, its value made from the signal. */
const each = (name: string, value: (signal: string) => string): NodeJS.ProcessEnv =>
  Object.fromEntries(signals.map((signal) => [otlp(signal, name), value(signal)]));

/** A row for each thing that the variables decide; together they set every variable we claim. */
export const rows: Readonly<Record<string, Row>> = {
  'nothing set': { env: {} },
  'service and resource': {
    env: {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=test,a%20b=c%2Cd',
    },
  },
  'the service in the resource': { env: { OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' } },
  'some detectors': { env: { OTEL_NODE_RESOURCE_DETECTORS: 'process,env,serviceinstance' } },
  'all detectors': { env: { OTEL_NODE_RESOURCE_DETECTORS: 'all' } },
  'no detectors': { env: { OTEL_NODE_RESOURCE_DETECTORS: 'none', OTEL_SERVICE_NAME: 'shop' } },
  'two propagators': { env: { OTEL_PROPAGATORS: 'b3,baggage' } },
  'one propagator': { env: { OTEL_PROPAGATORS: 'b3multi' } },
  'no propagators': { env: { OTEL_PROPAGATORS: 'none' } },
  'all on': { env: { OTEL_TRACES_SAMPLER: 'always_on' } },
  'all off': { env: { OTEL_TRACES_SAMPLER: 'always_off' } },
  // By its id, so the root gets one that is always the same.
  'half of all': {
    env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5', PARENT: 'remote' },
  },
  'the parent, else on': { env: { OTEL_TRACES_SAMPLER: 'parentbased_always_on' } },
  'the parent, else off': { env: { OTEL_TRACES_SAMPLER: 'parentbased_always_off' } },
  'the parent, else none by ratio': {
    env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
  },
  'limits of spans': {
    env: {
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '11',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '12',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '13',
      OTEL_SPAN_LINK_COUNT_LIMIT: '14',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '15',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '16',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '17',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '18',
    },
  },
  'limits of all': {
    env: { OTEL_ATTRIBUTE_COUNT_LIMIT: '21', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '22' },
  },
  'headers and compression': {
    env: {
      OTEL_EXPORTER_OTLP_HEADERS: 'x-all=one%20two,x-one=all',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    },
  },
  'headers and compression of each signal': {
    env: {
      OTEL_EXPORTER_OTLP_HEADERS: 'x-all=all,x-one=all',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      ...each('HEADERS', (signal) => `x-one=${signal}`),
      ...each('COMPRESSION', () => 'none'),
    },
  },
  'a path below': { env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:$DOOR/below/' } },
  'an address of each signal': {
    env: each('ENDPOINT', (signal) => `http://127.0.0.1:$DOOR/${signal.toLowerCase()}`),
  },
  json: {
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    },
  },
  'a protocol of each signal': {
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
    },
  },
  grpc: {
    door: 'grpc',
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_HEADERS: 'x-all=grpc' },
  },
  'grpc without TLS': {
    door: 'grpc',
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:$DOOR',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
      ...each('INSECURE', () => 'true'),
    },
  },
  'a time limit': {
    door: 'hanging',
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: '300', SPANDREL_FLUSH_TIMEOUT_MS: '60000' },
  },
  'a time limit of each signal': {
    door: 'hanging',
    env: {
      OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
      ...each('TIMEOUT', () => '300'),
      SPANDREL_FLUSH_TIMEOUT_MS: '60000',
    },
  },
  certificates: {
    door: 'tls',
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://localhost:$DOOR',
      OTEL_EXPORTER_OTLP_CERTIFICATE: pem('cert.pem'),
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pem('cert.pem'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: pem('key.pem'),
    },
  },
  'certificates of each signal': {
    door: 'tls',
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://localhost:$DOOR',
      ...each('CERTIFICATE', () => pem('cert.pem')),
      ...each('CLIENT_CERTIFICATE', () => pem('cert.pem')),
      ...each('CLIENT_KEY', () => pem('key.pem')),
    },
  },
  batches: {
    env: {
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5',
      OTEL_BSP_MAX_QUEUE_SIZE: '500',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      OTEL_BSP_EXPORT_TIMEOUT: '5000',
      OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '1',
      OTEL_BLRP_MAX_QUEUE_SIZE: '500',
      OTEL_BLRP_SCHEDULE_DELAY: '60000',
      OTEL_BLRP_EXPORT_TIMEOUT: '5000',
      OTEL_METRIC_EXPORT_INTERVAL: '50000',
      OTEL_METRIC_EXPORT_TIMEOUT: '5000',
    },
  },
  'the console': {
    env: {
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'console',
      OTEL_LOGS_EXPORTER: 'console',
    },
  },
  nowhere: {
    env: {
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    },
  },
  'a page for Prometheus': {
    env: {
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.2',
      OTEL_EXPORTER_PROMETHEUS_PORT: '$DOOR',
      PAGE: 'http://127.0.0.2:$DOOR/metrics',
    },
  },
  'switched off': { env: { OTEL_SDK_DISABLED: 'true' } },
  'warnings of the SDK': { env: { OTEL_LOG_LEVEL: 'warn' } },
  'no http': { env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' } },
  'http alone': { env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' } },
};

/** Variables of the declarative file and of experiments: with them the preload takes the long road. */
export const leftToTheWholeSdk = ['OTEL_CONFIG_FILE', 'OTEL_NODE_EXPERIMENTAL_SDK_METRICS'];
