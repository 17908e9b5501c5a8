import { join } from 'node:path';
import type { EsmHooks } from '../../settings/esm-hooks.ts';
import { hasDeclaration } from '../../settings/options.ts';
import type { ReadOptions } from '../../settings/options.ts';
import { envPatch } from '../../settings/patched-env.ts';
import { isSdkDisabled, readSettings } from '../../settings/settings.ts';
import { samplerOf } from '../../watchdog/sampler.ts';
import { ok, problem, warning } from '../check.ts';
import type { Check } from '../check.ts';
import { textOf } from '../module-kind.ts';
import type { Project } from '../project.ts';

export interface CheckedSettings {
  readonly checks: readonly Check[];
  readonly esmHooks: EsmHooks;
  /** What the sampler leaves out is recorded and judged. */
  readonly isKeeping: boolean;
  /** As OpenTelemetry's parts would find it, with what a configuration file says. */
  readonly env: Project['env'];
}

/** Whether we would start, and why not. Runs the configuration file, if that is a module. */
export function checkSettings({ env, folder }: Project): CheckedSettings {
  const settings = readSettings({}, env, folder);
  if (settings.refusal !== null) {
    const check = problem('E-SETTING-01', `${settings.refusal}; nothing is started`);
    return { checks: [check], esmHooks: 'auto', isKeeping: false, env };
  }
  const { options, warnings } = settings;
  const seen = settingsSeen(settings, settings.file);
  return {
    checks: [
      warnings.length === 0
        ? ok('E-SETTING-01', seen)
        : warning('E-SETTING-01', warnings.join('; ')),
      checkOff(settings, env, folder),
    ],
    esmHooks: options.esmHooks,
    isKeeping: options.keep.length > 0,
    env: hasDeclaration(env) ? env : { ...env, ...envPatch(settings, env) },
  };
}

function settingsSeen({ sources }: ReadOptions, file: string | null): string {
  const count = (source: string) => Object.values(sources).filter((one) => one === source).length;
  const parts = [
    ...(count('environment') > 0 ? [`${count('environment')} set by the environment`] : []),
    ...(file === null ? [] : [`${count('file')} by ${file}`]),
  ];
  return parts.length === 0 ? 'all at their defaults' : `${parts.join(', ')}, all well`;
}

function checkOff({ options, sources }: ReadOptions, env: Project['env'], folder: string): Check {
  if (isSdkDisabled(env)) {
    const seen = `OTEL_SDK_DISABLED=${env['OTEL_SDK_DISABLED']} in the environment`;
    return problem('E-OFF-01', seen + alsoIn('OTEL_SDK_DISABLED', folder));
  }
  if (!options.enabled) {
    const seen =
      sources.enabled === 'file'
        ? '"enabled": false in the configuration file'
        : `SPANDREL_ENABLED=${env['SPANDREL_ENABLED']} in the environment${alsoIn('SPANDREL_ENABLED', folder)}`;
    return problem('E-OFF-01', seen);
  }
  const file = join(folder, '.env');
  const lines = textOf(file).replaceAll(/["' ]/g, '').split(/\r?\n/);
  const switchOff = ['OTEL_SDK_DISABLED=true', 'SPANDREL_ENABLED=false'].find((line) =>
    lines.includes(line),
  );
  if (switchOff !== undefined) {
    return warning('E-OFF-01', `${file} says ${switchOff}; it counts with node --env-file`);
  }
  return ok('E-OFF-01', 'nothing is switched off');
}

/** A hint at where the variable may come from. */
function alsoIn(name: string, folder: string): string {
  const path = join(folder, '.env');
  return new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, 'm').test(textOf(path))
    ? `, and in ${path}`
    : '';
}

export function checkSampler({ env }: Project, isKeeping: boolean): Check {
  if (hasDeclaration(env)) return ok('E-SAMPLER-01', `as ${env['OTEL_CONFIG_FILE']} says`);
  const sampler = samplerOf(env);
  const source = env['OTEL_TRACES_SAMPLER']?.trim() ? 'OTEL_TRACES_SAMPLER' : 'the default';
  const seen = `${sampler.name}, from ${source}`;
  if (isKeeping && !sampler.name.endsWith('always_off')) {
    return ok('E-SAMPLER-01', `${seen}; of the rest is sent what SPANDREL_KEEP names`);
  }
  if (sampler.share === 0) return problem('E-SAMPLER-01', seen);
  return sampler.share < 1
    ? warning(
        'E-SAMPLER-01',
        `${seen}: of the rest nothing is judged either`,
        'Leave it, if that is meant. SPANDREL_KEEP=findings,errors,slow sends what is found in the rest; sampling in the Collector loses nothing.',
      )
    : ok('E-SAMPLER-01', seen);
}
