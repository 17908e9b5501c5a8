export { Analyzer, createAnalyzer } from './analyzer.ts';
export type { AnalyzerHooks } from './analyzer.ts';
export { callSiteOf, formatCaller } from './call-site.ts';
export { cacheReadsOf, storeKeyOf } from './calls/cache.ts';
export { httpCallOf, pathSentTo, queryStringOf } from './calls/http.ts';
export { databaseSystem, queryLanguageOf, statementOf, statementText } from './database.ts';
export type { QueryLanguage } from './database.ts';
export { endpointOf } from './endpoint.ts';
export { hash64 } from './hash.ts';
export { Judge } from './judge.ts';
export type { Circumstances, Verdict, WholeVerdict } from './judge.ts';
export { Ledger, otherEndpoints } from './ledger.ts';
export type { Entry, Transport } from './ledger.ts';
export { LiveOptions } from './live-options.ts';
export * as names from './names.ts';
export { didYouMean, nearestName } from './nearest-name.ts';
export {
  flag,
  hidden,
  nameList,
  notAnOption,
  optionsFromEnv,
  positiveNumber,
  refusalOf,
  resolveOptions,
  shownValue,
  wholeNumber,
} from './option-table.ts';
export type { Flaw, JsonSchema, OptionsOf, OptionSpec, OptionTable } from './option-table.ts';
export { engineOptionTable, resolveEngineOptions } from './options.ts';
export type { EngineOptions, ResolvedEngineOptions } from './options.ts';
export { isName, templatedPath } from './path.ts';
export { redactAddress, redactMessage, redactStack, redactUrl } from './redact.ts';
export { rules, wholeTraceRules } from './rules/index.ts';
export type { WholeTraceRule } from './rules/n-plus-one-remote.ts';
export type { Baseline, NearMiss, Rule } from './rules/rule.ts';
export { durationWords } from './rules/words.ts';
export { literalsOf } from './sql/literals.ts';
export { dialectOf, Scanner, TokenKind } from './sql/scanner.ts';
export type { Dialect } from './sql/scanner.ts';
export { readStatement } from './sql/statement.ts';
export type { CommentTags, QueryShape, Statement, StatementKind } from './sql/statement.ts';
export { Statements } from './sql/statements.ts';
export { Sketch } from './statistics/sketch.ts';
export type { StatisticsEvent, StatisticsListener } from './statistics/listeners.ts';
export type { HistoryRange, Range } from './statistics/range.ts';
export type { RequestRow } from './statistics/requests.ts';
export { Statistics } from './statistics/statistics.ts';
export type {
  CacheRow,
  EndpointRow,
  QueryRow,
  StatisticsSummary,
} from './statistics/statistics.ts';
export type { Summary } from './statistics/summary.ts';
export type { Limits } from './thresholds.ts';
export { limitNames } from './thresholds.ts';
export { OpenTrace, TraceBook } from './trace-book.ts';
export type { BookLimits } from './trace-book.ts';
export { watchers } from './watchers/index.ts';
export type { Watcher } from './watchers/watcher.ts';
export type { Suppression } from './suppression.ts';
export type { Threshold } from './thresholds.ts';
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
