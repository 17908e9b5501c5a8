// An OpenTelemetry SDK of the application's own, which prints what it exports. `OURS` passes it our
// processor, as it is documented; loaded before the preload or after it.
const { trace, context } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { SimpleSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace');

const exporter = {
  export(spans, done) {
    for (const { name, attributes } of spans) {
      const found = attributes['spandrel.found.n_plus_one_query'] === true;
      console.log(`theirs: ${name}${found ? ', loop found' : ''}`);
    }
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};
const spanProcessors = [new SimpleSpanProcessor({ exporter })];
if (process.env.OURS !== undefined) {
  const { SpandrelProcessor } = require('@spandrel/processor');
  spanProcessors.unshift(new SpandrelProcessor());
}
context.setGlobalContextManager(new AsyncLocalStorageContextManager());
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
