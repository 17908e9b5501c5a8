export { Analyzer, createAnalyzer } from './analyzer.ts';
export { callSiteOf, formatCaller } from './call-site.ts';
export { databaseSystem, queryLanguageOf, statementOf, statementText } from './database.ts';
export type { QueryLanguage } from './database.ts';
export { endpointOf, templatedPath } from './endpoint.ts';
export { hash64 } from './hash.ts';
export { Judge } from './judge.ts';
export type { Circumstances, Verdict } from './judge.ts';
export { Ledger, otherEndpoints } from './ledger.ts';
export type { Entry, Transport } from './ledger.ts';
export * as names from './names.ts';
export {
  flag,
  optionsFromEnv,
  positiveNumber,
  resolveOptions,
  wholeNumber,
} from './option-table.ts';
export type { OptionsOf, OptionSpec, OptionTable } from './option-table.ts';
export { engineOptionTable, resolveEngineOptions } from './options.ts';
export type { EngineOptions, ResolvedEngineOptions } from './options.ts';
export { redactMessage, redactStack, redactUrl } from './redact.ts';
export type { NearMiss } from './rules/rule.ts';
export { dialectOf } from './sql/scanner.ts';
export type { Dialect } from './sql/scanner.ts';
export { readStatement } from './sql/statement.ts';
export type { QueryShape, Statement, StatementKind } from './sql/statement.ts';
export { Statements } from './sql/statements.ts';
export { Sketch } from './statistics/sketch.ts';
export { SlidingSketch } from './statistics/window.ts';
export { OpenTrace, TraceBook } from './trace-book.ts';
export type { BookLimits } from './trace-book.ts';
export { SpanKind, StatusCode } from './types.ts';
export type {
  Advice,
  Attributes,
  AttributeValue,
  CallSite,
  Confidence,
  EndpointReport,
  Finding,
  Problem,
  Report,
  RuleName,
  ServiceReport,
  Severity,
  Span,
  SpanEvent,
} from './types.ts';
