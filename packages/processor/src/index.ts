export { processorOptionTable, resolveProcessorOptions } from './options.ts';
export type { ProcessorOptions, ResolvedProcessorOptions } from './options.ts';
export { SpandrelProcessor } from './processor.ts';
export type { SpandrelProcessorConfig } from './processor.ts';
export type { EndedSpan, Exporter, ExportResult, LiveSpan, Processor } from './sdk.ts';
export { SelfCounts } from './self-counts.ts';
export type { DropReason, UnjudgedReason } from './self-counts.ts';
export type { FindingEvent } from './verdicts.ts';
