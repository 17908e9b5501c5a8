import { hasDeclaration } from '../../settings/options.ts';
import { ok, problem, warning } from '../check.ts';
import type { Check } from '../check.ts';
import { otlpTarget, probe, shownUrl } from '../otlp-probe.ts';
import type { Answer, Target } from '../otlp-probe.ts';
import type { Project } from '../project.ts';

/** Sends an empty export request where spans would go. Takes 5 s at most. */
export async function checkCollector({ env }: Project): Promise<Check> {
  if (hasDeclaration(env)) {
    const seen = `as ${env['OTEL_CONFIG_FILE']} says, which is not read here`;
    return warning('E-EXPORT-01', seen, 'Run it: spandrel doctor -- node app.js');
  }
  const target = otlpTarget(env);
  if (target === null) {
    return warning(
      'E-EXPORT-01',
      `OTEL_TRACES_EXPORTER=${env['OTEL_TRACES_EXPORTER']}: nothing is sent`,
      'Unset it to send spans by OTLP.',
    );
  }
  if (!URL.canParse(target.url)) return problem('E-EXPORT-01', `${shownUrl(target)} is no address`);
  return judged(target, await probe(target));
}

function judged(target: Target, { status, message, durationMs }: Answer): Check {
  const { protocol, headers } = target;
  const names = Object.keys(headers);
  const sent = `${protocol}${names.length === 0 ? '' : ` with ${names.join(', ')}`}`;
  const place = `${shownUrl(target)} (${sent})`;
  const answered = `${place}: ${protocol === 'grpc' ? 'gRPC' : 'HTTP'} status ${status} after ${durationMs} ms`;
  if (status === null) {
    const seen = `${place}: ${message} after ${durationMs} ms`;
    const isGrpc = /parse error|ECONNRESET|socket hang up/i.test(message) && protocol !== 'grpc';
    return isGrpc
      ? problem(
          'E-EXPORT-01',
          seen,
          'That looks like a gRPC port (4317): use 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc.',
        )
      : problem('E-EXPORT-01', seen);
  }
  const isWell = protocol === 'grpc' ? status === 0 : status >= 200 && status < 300;
  if (isWell) return ok('E-EXPORT-01', answered);
  const said = message === '' ? answered : `${answered}: ${message}`;
  return problem('E-EXPORT-02', said, remedyFor(status, protocol));
}

function remedyFor(status: number, protocol: Target['protocol']): string | undefined {
  if (protocol === 'grpc') {
    return status === 16 || status === 7
      ? 'Give credentials in OTEL_EXPORTER_OTLP_HEADERS.'
      : undefined;
  }
  if (status === 401 || status === 403) return 'Give credentials in OTEL_EXPORTER_OTLP_HEADERS.';
  if (status === 404 || status === 405) {
    return 'The path is wrong: OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/traces behind it, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT does not.';
  }
  return status === 415
    ? 'Set OTEL_EXPORTER_OTLP_PROTOCOL to what it takes: http/protobuf or http/json.'
    : undefined;
}
