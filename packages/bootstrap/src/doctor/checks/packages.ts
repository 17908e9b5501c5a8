import { join } from 'node:path';
import { instrumentationTable } from '../../instrumentations/table.ts';
import { canRead } from '../../coexistence/registry.ts';
import { ok, problem, warning } from '../check.ts';
import type { Check } from '../check.ts';
import { otherTools } from '../other-tools.ts';
import { copiesOf } from '../package-copies.ts';
import { installed, isDeclared } from '../project.ts';
import type { Project } from '../project.ts';
import { isInRange } from '../versions.ts';

const api = '@opentelemetry/api';

/**
 * A copy of the API sees what another one registered only if it is of the same major and no newer
 * minor release. Ours registers: `ownVersion`.
 */
export function checkApiCopies({ folder }: Project, ownVersion: string | null): Check {
  const copies = copiesOf(api, folder);
  if (copies.length === 0) {
    if (ownVersion !== null) return ok('E-API-01', `${ownVersion}, ours; the project has none`);
    return problem('E-API-01', `not installed in ${folder}`, `npm install ${api}`);
  }
  const registered = ownVersion ?? copies[0]!.version;
  const blind = copies.filter(({ version }) => !canRead(version, registered));
  const list = copies.map(({ version, folder: at }) => `${version} in ${at}`).join(', ');
  if (blind.length > 0) return problem('E-API-01', `we register with ${registered}; ${list}`);
  return ok('E-API-01', list);
}

const ownSdks = [
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/sdk-trace',
];

/** Only what the project itself asks for: ours brings packages of that name, too. */
export function checkOtherTools(project: Project): Check[] {
  const found = otherTools.flatMap((tool) => {
    const at = isDeclared(tool.package, project) ? installed(tool.package, project.folder) : null;
    return at === null
      ? []
      : [{ kind: tool.kind, text: `${tool.title} (${tool.package} ${at.version})` }];
  });
  const sdks = ownSdks.flatMap((name) => {
    const at = isDeclared(name, project) ? installed(name, project.folder) : null;
    return at === null ? [] : [`${name} ${at.version}`];
  });
  const texts = (kind: string) => found.filter((one) => one.kind === kind).map(({ text }) => text);
  const others = [...texts('sdk'), ...sdks];
  const agents = texts('agent');
  return [
    others.length === 0 ? ok('E-SDK-01', 'none') : warning('E-SDK-01', others.join(', ')),
    agents.length === 0 ? ok('E-APM-01', 'none') : warning('E-APM-01', agents.join(', ')),
  ];
}

/** Of each instrumentation the package it is named after; companions have versions of their own. */
export function checkRanges({ folder }: Project): Check {
  const missed: string[] = [];
  const met: string[] = [];
  for (const {
    modules: [name = ''],
    supports,
  } of instrumentationTable) {
    const version = installed(name, folder)?.version;
    if (version === undefined) continue;
    if (isInRange(version, supports)) met.push(`${name} ${version}`);
    else missed.push(`${name} ${version} is not in ${supports}`);
  }
  if (missed.length > 0) return warning('E-RANGE-01', missed.join(', '));
  const none = 'none of the instrumented packages is installed';
  return ok('E-RANGE-01', met.length === 0 ? none : met.join(', '));
}

const markers =
  /__webpack_require__|__commonJS\(|__toESM\(|parcelRequire|__turbopack|createRequire as __/;
const largeBytes = 100_000;

/** By the marks that bundlers leave, and by the paths they write into comments. */
export function checkBundle({ entry, folder }: Project, textOf: (file: string) => string): Check {
  if (entry === null) return ok('E-BUNDLE-01', 'no entry to look at');
  const text = textOf(entry);
  const inlined = instrumentationTable
    .flatMap(({ modules }) => modules)
    .filter((name) => text.includes(`node_modules/${name}/`));
  if (inlined.length > 0) return problem('E-BUNDLE-01', `${entry} holds ${inlined.join(', ')}`);
  const isMinified = text.length > largeBytes && text.length / text.split('\n').length > 500;
  if (isMinified || (markers.test(text) && text.length > largeBytes)) {
    return warning(
      'E-BUNDLE-01',
      `${entry} is bundled (${text.length} bytes); what is in it cannot be told`,
    );
  }
  return ok('E-BUNDLE-01', `${join(entry).replace(`${folder}/`, '')} is not bundled`);
}
