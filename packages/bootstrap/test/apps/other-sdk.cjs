// Loaded before the preload: another OpenTelemetry SDK is there first.
const { trace } = require('@opentelemetry/api');
const { TracerProvider } = require('@opentelemetry/sdk-trace');

trace.setGlobalTracerProvider(new TracerProvider());
