export { askForConnection, giveConnection } from './asked-connections.ts';
export type { AskedConnection } from './asked-connections.ts';
export { allowRepeats } from './allow-repeats.ts';
export type { Surrendered } from './batch-exporter.ts';
export { fromWhoAwaits } from './late-stacks.ts';
export { processorOptionTable, resolveProcessorOptions } from './options.ts';
export type { ProcessorOptions, ResolvedProcessorOptions } from './options.ts';
export { keepingSampler } from './keeping-sampler.ts';
export { noteParameters } from './parameters/noted.ts';
export {
  currentRequest,
  meter,
  noteRequestId,
  setAttribute,
  setAttributes,
  setTenant,
  setUser,
} from './request-context/request-context.ts';
export type { CurrentRequest } from './request-context/request-context.ts';
export { SpandrelProcessor } from './processor.ts';
export type { SpandrelProcessorConfig } from './config.ts';
export type { EndedSpan, Exporter, ExportResult, LiveSpan, Processor } from './sdk.ts';
export { SelfCounts } from './self-counts.ts';
export type { DropReason, UnjudgedReason } from './self-counts.ts';
export type { Reading } from './self-metrics.ts';
export type { FindingEvent } from './verdicts.ts';
