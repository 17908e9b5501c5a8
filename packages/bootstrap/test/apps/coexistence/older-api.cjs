// Another version of the API has registered a context manager, and no tracer provider.
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');

const registry = { version: '1.4.0', context: new AsyncLocalStorageContextManager().enable() };
globalThis[Symbol.for('opentelemetry.js.api.1')] = registry;
