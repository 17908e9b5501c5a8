type Env = Readonly<Record<string, string | undefined>>;

export interface Sampler {
  /** As in `OTEL_TRACES_SAMPLER`, with the ratio where it has one. */
  readonly name: string;
  /** Share of the requests without a parent that are recorded, from 0 to 1. */
  readonly share: number;
}

export const defaultSampler = 'parentbased_always_on';

/** What `OTEL_TRACES_SAMPLER` and its argument say. A text that is no sampler means the default. */
export function samplerOf(env: Env): Sampler {
  const name = env['OTEL_TRACES_SAMPLER']?.trim().toLowerCase() || defaultSampler;
  if (name.endsWith('always_off')) return { name, share: 0 };
  if (!/^(parentbased_)?traceidratio$/.test(name)) return { name, share: 1 };
  const text = env['OTEL_TRACES_SAMPLER_ARG']?.trim() ?? '';
  const ratio = text === '' ? 1 : Number(text);
  const share = ratio >= 0 && ratio <= 1 ? ratio : 1;
  return { name: `${name} ${share}`, share };
}
