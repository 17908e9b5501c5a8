// A start that never comes to its end: Node.js says so with exit code 13.
import { trace } from '@opentelemetry/api';

trace.getTracer('test').startSpan('job').end();
await new Promise(() => undefined);
