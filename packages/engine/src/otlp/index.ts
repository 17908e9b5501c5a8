export { decodeMetricsJson } from './json-metrics.ts';
export { JsonTraceReader } from './json-bytes-traces.ts';
export { decodeTracesJson } from './json-traces.ts';
export { OtlpDecodeError, maxValueDepth } from './errors.ts';
export type { OtlpDecodeErrorCode } from './errors.ts';
export type { MetricPoint, ResourceMetric, ResourceSpans } from './model.ts';
export { decodeMetrics } from './protobuf-metrics.ts';
export { decodeTraces } from './protobuf-traces.ts';
