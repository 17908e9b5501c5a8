import { readFileSync, writeFileSync } from 'node:fs';
import type { Problem, Report } from '@spandrel/engine';
import { UsageError } from '../arguments.ts';
import { reasonOf } from './input.ts';

/** What a baseline file holds; only the fingerprints count, the rest is for its readers. */
interface BaselineFile {
  readonly version: 1;
  readonly fingerprints: readonly {
    readonly fingerprint: string;
    readonly rule: string;
    readonly service: string;
    readonly endpoint: string;
    readonly summary: string | null;
  }[];
}

/** The fingerprints a baseline file knows. Throws `UsageError` when it is none. */
export function readBaseline(path: string): ReadonlySet<string> {
  let file: unknown;
  try {
    file = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : reasonOf(error);
    throw new UsageError(`--baseline ${path} ${why}`);
  }
  if (isBaseline(file)) return new Set(file.fingerprints.map(({ fingerprint }) => fingerprint));
  throw new UsageError(`--baseline ${path} is not a baseline file of version 1`);
}

function isBaseline(file: unknown): file is BaselineFile {
  const { version, fingerprints } = (file ?? {}) as Partial<BaselineFile>;
  return (
    version === 1 &&
    Array.isArray(fingerprints) &&
    fingerprints.every((one) => typeof one?.fingerprint === 'string')
  );
}

/** Writes the problems of a report, the same for the same problems. Gives why it could not, else null. */
export function writeBaseline(path: string, { problems }: Report): string | null {
  const fingerprints = [...problems]
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
    .map(({ fingerprint, rule, service, endpoint, summary }) => {
      return { fingerprint, rule, service, endpoint, summary };
    });
  const file: BaselineFile = { version: 1, fingerprints };
  try {
    writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
    return null;
  } catch (error) {
    return `could not be written: ${(error as Error).message}`;
  }
}

/**
 * A report without the problems that are known, which it counts instead. By the report's own
 * fingerprints, not finding by finding: those of one problem may differ where only some of its
 * traces know the call site.
 */
export function withoutKnown(report: Report, known: ReadonlySet<string>): Report {
  const isKnown = ({ fingerprint }: Problem): boolean => known.has(fingerprint);
  const suppressed = report.problems.filter(isKnown);
  if (suppressed.length === 0) return report;
  let findings = 0;
  for (const { occurrences } of suppressed) findings += occurrences;
  const before = report.suppressed;
  return {
    ...report,
    problems: report.problems.filter((problem) => !isKnown(problem)),
    services: report.services.map((service) => ({
      ...service,
      endpoints: service.endpoints.map((endpoint) => ({
        ...endpoint,
        problems: endpoint.problems.filter((fingerprint) => !known.has(fingerprint)),
      })),
    })),
    suppressed: {
      findings: before.findings + findings,
      reasons: { ...before.reasons, baseline: (before.reasons['baseline'] ?? 0) + findings },
    },
  };
}
