/** A tool of our kind, by the package that applications load. */
export interface OtherTool {
  readonly package: string;
  readonly title: string;
  /** It registers an OpenTelemetry SDK, or it instruments by ways of its own. */
  readonly kind: 'sdk' | 'agent';
}

/** Those that people have beside us. Most used first. */
export const otherTools: readonly OtherTool[] = [
  { package: '@sentry/node', title: 'Sentry', kind: 'sdk' },
  { package: 'dd-trace', title: 'Datadog', kind: 'agent' },
  { package: 'newrelic', title: 'New Relic', kind: 'agent' },
  { package: 'elastic-apm-node', title: 'Elastic APM', kind: 'agent' },
  { package: '@elastic/opentelemetry-node', title: 'Elastic EDOT', kind: 'sdk' },
  { package: '@vercel/otel', title: '@vercel/otel', kind: 'sdk' },
  { package: '@splunk/otel', title: 'Splunk', kind: 'sdk' },
  { package: '@honeycombio/opentelemetry-node', title: 'Honeycomb', kind: 'sdk' },
  { package: '@azure/monitor-opentelemetry', title: 'Azure Monitor', kind: 'sdk' },
  { package: 'applicationinsights', title: 'Application Insights', kind: 'sdk' },
  {
    package: '@opentelemetry/auto-instrumentations-node',
    title: "OpenTelemetry's auto-instrumentations",
    kind: 'sdk',
  },
  { package: '@appsignal/nodejs', title: 'AppSignal', kind: 'sdk' },
  { package: '@instana/collector', title: 'Instana', kind: 'agent' },
];
