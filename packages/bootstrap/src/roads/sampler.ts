import { diag } from '@opentelemetry/api';
import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { keepingSampler } from '@spandrel/processor';
import type { SpandrelProcessor } from '@spandrel/processor';

const samplers: Readonly<Record<string, () => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: () => new TraceIdRatioBasedSampler(ratioFromEnv()),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: () =>
    new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratioFromEnv()) }),
};

/** What `OTEL_TRACES_SAMPLER` asks for; where `keep` is on, what it leaves out is recorded, too. */
export function samplerFor({ options }: SpandrelProcessor): Sampler | undefined {
  const sampler = samplerFromEnv();
  if (options.keep.length === 0) return sampler;
  return keepingSampler(sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() }));
}

/** What `OTEL_TRACES_SAMPLER` asks for; undefined for the SDK's default. */
export function samplerFromEnv(): Sampler | undefined {
  const name = getStringFromEnv('OTEL_TRACES_SAMPLER');
  if (name === undefined) return undefined;
  if (Object.hasOwn(samplers, name)) return samplers[name]?.();
  diag.error(`unknown OTEL_TRACES_SAMPLER value "${name}", using default`);
  return undefined;
}

function ratioFromEnv(): number {
  const ratio = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG');
  if (ratio !== undefined && ratio >= 0 && ratio <= 1) return ratio;
  diag.error(`OTEL_TRACES_SAMPLER_ARG must be from 0 to 1, got ${ratio ?? 'nothing'}; using 1`);
  return 1;
}
