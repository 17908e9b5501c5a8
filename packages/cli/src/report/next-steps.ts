import type { Paint } from './paint.ts';

/** What a reader of the demo's report may do next. */
export function nextSteps(paint: Paint): string {
  return [
    paint('bold', 'What to try next'),
    '  your own application, in two lines:',
    paint('green', '    npm install @spandrel/bootstrap @opentelemetry/api'),
    paint(
      'green',
      '    OTEL_SERVICE_NAME=my-app node --require @spandrel/bootstrap/register app.js',
    ),
    '  npm run -s demo -- --json   the same report as one JSON document',
    '  npm run demo -- --keep      leave everything running and look around',
    '  docker compose up           Jaeger on http://localhost:16686; then run the demo with',
    '                              OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 and search',
    '                              the tag spandrel.found.n_plus_one_query=true',
  ].join('\n');
}
