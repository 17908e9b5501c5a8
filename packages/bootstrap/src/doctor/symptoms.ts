/** What a code stands for, and what to do about it. The codes stay; the README's table is this one. */
export interface Symptom {
  /** What is looked at, in a few words. */
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

export const symptoms = {
  'E-NODE-01': {
    title: 'Node.js release',
    meaning: 'This release cannot carry the OpenTelemetry SDK; nothing is started.',
    remedy: 'Use Node.js 22.15 or later, best 22.22.3, 24.11.1 or later.',
  },
  'E-OFF-01': {
    title: 'switches',
    meaning: 'A setting switches everything off.',
    remedy: 'Unset `OTEL_SDK_DISABLED`, or set `SPANDREL_ENABLED=true`.',
  },
  'E-SETTING-01': {
    title: 'settings',
    meaning: 'A setting has a value that is refused, or a name that nobody reads.',
    remedy: 'Correct the setting that is named; the README lists all of them.',
  },
  'E-SAMPLER-01': {
    title: 'sampler',
    meaning: 'The sampler records nothing.',
    remedy: 'Unset `OTEL_TRACES_SAMPLER`, or give `OTEL_TRACES_SAMPLER_ARG` a share above 0.',
  },
  'E-LOAD-01': {
    title: 'load order',
    meaning: 'Modules were loaded before us; what they hold already is not instrumented.',
    remedy:
      'Load us first: `node --require @spandrel/bootstrap/register app.js`, not an import beside others.',
  },
  'E-LOAD-02': {
    title: 'preload',
    meaning: 'Nothing loads us.',
    remedy:
      'Start with `node --require @spandrel/bootstrap/register app.js`, or put that into `NODE_OPTIONS`.',
  },
  'E-ESM-01': {
    title: 'ES modules',
    meaning: 'The application is an ES module and its imports are not hooked.',
    remedy:
      'Leave `SPANDREL_ESM_HOOKS` at `auto`, and start from a file, not from `-e` or standard input.',
  },
  'E-BUNDLE-01': {
    title: 'bundled output',
    meaning: 'A bundler put packages into the output; there is no `require` or `import` to hook.',
    remedy: 'Keep them out: esbuild `--packages=external`, webpack `externals`, Rollup `external`.',
  },
  'E-API-01': {
    title: '@opentelemetry/api',
    meaning: 'A copy that is newer than ours gets no spans: it does not read what ours registers.',
    remedy: 'Bring them to one version (`npm dedupe`, or `overrides` in package.json).',
  },
  'E-SDK-01': {
    title: 'other SDKs',
    meaning:
      'Another OpenTelemetry SDK is there; only one can be registered. Started before us, ours is attached to it: it judges, and they instrument and export.',
    remedy:
      'Start one of them: remove the other, or add `SpandrelProcessor` to its `spanProcessors`.',
  },
  'E-APM-01': {
    title: 'other agents',
    meaning: 'Another agent instruments the same modules by ways of its own.',
    remedy: 'Both work side by side, each call costs twice; remove the one you do not need.',
  },
  'E-RANGE-01': {
    title: 'versions of packages',
    meaning: 'A package is installed in a version that its instrumentation does not know.',
    remedy: 'Use a version in the range, or wait for the instrumentation to follow.',
  },
  'E-HTTP-01': {
    title: 'http',
    meaning: 'The http instrumentation is not active, so requests make no spans.',
    remedy: 'Do not leave it out of `instrumentations`.',
  },
  'E-EXPORT-01': {
    title: 'collector',
    meaning: 'The address that spans go to does not answer.',
    remedy:
      'Start a Collector there, or set `OTEL_EXPORTER_OTLP_ENDPOINT`; `localhost` in a container is the container itself.',
  },
  'E-EXPORT-02': {
    title: 'collector',
    meaning: 'What answers at that address refuses spans.',
    remedy:
      'Compare path, `OTEL_EXPORTER_OTLP_PROTOCOL` and `OTEL_EXPORTER_OTLP_HEADERS` with what it expects.',
  },
  'E-PM-01': {
    title: 'process manager',
    meaning: "pm2's cluster mode ignores `node_args`, so the preload is not loaded.",
    remedy: 'Put it into `env: { NODE_OPTIONS: "--require @spandrel/bootstrap/register" }`.',
  },
  'E-NEXT-01': {
    title: 'Next.js',
    meaning:
      'Next.js bundles the server; it needs its `instrumentation` file and external packages.',
    remedy:
      'Start us in `instrumentation.ts`, and name instrumented packages in `serverExternalPackages`.',
  },
  'E-RUN-01': {
    title: 'the run',
    meaning: 'The application did not come to the point where something can be seen.',
    remedy: 'Give it more time (`--seconds`), what it needs to start, or requests of your own.',
  },
  'E-SPANS-01': {
    title: 'requests and spans',
    meaning: 'Requests came and no server spans were made, and no other check says why.',
    remedy: 'Please report it with the output of `spandrel doctor --json`.',
  },
} as const satisfies Record<string, Symptom>;

export type Code = keyof typeof symptoms;
