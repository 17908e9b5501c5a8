import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';

export const spanExporter = (): ConsoleSpanExporter => new ConsoleSpanExporter();
