// A tracer provider that throws at whoever looks at it.
const { trace } = require('@opentelemetry/api');

const answers = new Map([
  ['constructor', class HostileProvider {}],
  ['getDelegate', undefined],
  ['then', undefined],
]);
trace.setGlobalTracerProvider(
  new Proxy(
    { getTracer: () => ({}) },
    {
      get(target, name) {
        if (answers.has(name)) return answers.get(name);
        throw new Error(`do not touch ${String(name)}`);
      },
      getOwnPropertyDescriptor() {
        throw new Error('do not look');
      },
    },
  ),
);
