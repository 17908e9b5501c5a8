// A tracer provider that is no SDK: nobody can add a span processor to it.
const { ProxyTracerProvider, trace } = require('@opentelemetry/api');

class HouseTracerProvider {
  getTracer(name) {
    return new ProxyTracerProvider().getTracer(name);
  }
}
trace.setGlobalTracerProvider(new HouseTracerProvider());
