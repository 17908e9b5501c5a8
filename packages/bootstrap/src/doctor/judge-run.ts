import { whyUnsupported } from '../node-support.ts';
import { likelyCause } from '../watchdog/likely-cause.ts';
import type { StartRecord } from '../watchdog/start-record.ts';
import { ok, problem, warning } from './check.ts';
import type { Check } from './check.ts';
import { symptoms } from './symptoms.ts';
import type { Code } from './symptoms.ts';
import type { Testimony } from './testimony.ts';
import { whyEsModule } from './module-kind.ts';

/** What was done to the application, beside starting it. */
export interface Run {
  readonly testimonies: readonly Testimony[];
  /** In words, such as `ended with exit code 1 after 2.0 s`. */
  readonly course: string;
  /** It ended by itself, and not well. */
  readonly hasFailed: boolean;
  /** We loaded the toolkit; the command does not. */
  readonly wasAdded: boolean;
}

/** What a run showed, as checks. Of several processes the one that answered most requests counts. */
export function judgeRun(run: Run): Check[] {
  const subject = subjectOf(run.testimonies);
  if (subject === undefined) {
    return [problem('E-RUN-01', `no Node.js process was seen; ${run.course}`)];
  }
  return [
    loadedOf(run, subject),
    ...ofStart(subject),
    ...othersOf(subject),
    ...requestsOf(run, subject),
  ].filter((check) => check !== null);
}

function subjectOf(testimonies: readonly Testimony[]): Testimony | undefined {
  const weight = (one: Testimony): number[] => [
    one.requests,
    one.servers.length,
    Number(one.isRunning),
    one.serverSpans + one.exportedSpans,
  ];
  return [...testimonies].sort((a, b) => {
    const [left, right] = [weight(a), weight(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? a.pid - b.pid : right[at]! - left[at]!;
  })[0];
}

function loadedOf({ wasAdded }: Run, subject: Testimony): Check {
  const { isLoaded, isRunning, provider, pid, node } = subject;
  const why = whyUnsupported(node);
  if (why !== null) return problem('E-NODE-01', why);
  if (!isLoaded) return problem('E-LOAD-02', `process ${pid} did not load us`);
  if (isRunning && !wasAdded) return ok('E-LOAD-02', `process ${pid} was started with us`);
  if (isRunning)
    return warning('E-LOAD-02', 'the command does not load us; it was added for this run');
  const seen =
    provider === null
      ? 'we did not start: switched off, or for what a line on stderr says'
      : `${provider} was registered first`;
  return problem(provider === null ? 'E-SETTING-01' : 'E-SDK-01', seen);
}

/** Attached to another SDK we start nothing ourselves. */
function ofStart(subject: Testimony): Check[] {
  const { record, isRunning, provider } = subject;
  if (!isRunning) return [];
  if (record === null) return [warning('E-SDK-01', `${provider} was first; attached to it`)];
  return [loadOrderOf(record), hooksOf(subject, record), activeOf(subject, record)];
}

function loadOrderOf({ loadedBefore: before }: StartRecord): Check {
  if (before.length === 0)
    return ok('E-LOAD-01', 'nothing that is instrumented was loaded before us');
  return problem('E-LOAD-01', `${before.join(', ')} loaded before us`);
}

function hooksOf({ script, node }: Testimony, { hookMode: mode }: StartRecord): Check {
  const why = script === null ? null : whyEsModule(script);
  const seen = `${script ?? 'no script'} is ${why === null ? 'CommonJS' : `an ES module (${why})`}, hooks ${mode}, Node.js ${node}`;
  return why !== null && mode === 'off' ? problem('E-ESM-01', seen) : ok('E-ESM-01', seen);
}

function activeOf({ requests }: Testimony, { active, http }: StartRecord): Check {
  const seen =
    active.length === 0 ? 'nothing is instrumented yet' : `instrumented: ${active.join(', ')}`;
  return http !== 'instrumented' && requests > 0
    ? problem('E-HTTP-01', seen)
    : ok('E-HTTP-01', seen);
}

function othersOf({ record, apiFolders }: Testimony): Check[] {
  const others = record?.others ?? [];
  const checks: Check[] = [];
  if (others.length > 0) checks.push(warning('E-SDK-01', `${others.join(', ')} loaded before us`));
  if (apiFolders.length > 1) checks.push(warning('E-API-01', `loaded: ${apiFolders.join(', ')}`));
  return checks;
}

function requestsOf({ course, hasFailed }: Run, subject: Testimony): Check[] {
  const { requests, serverSpans, exportedSpans, droppedSpans, isRunning } = subject;
  if (hasFailed) return [problem('E-RUN-01', course)];
  if (requests === 0) return [warning('E-RUN-01', `${course}; no HTTP request was answered`)];
  const seen = `requests ${requests}, server spans ${serverSpans}; ${course}`;
  if (!isRunning) return [problem('E-SPANS-01', seen, 'See the line about loading above.')];
  if (serverSpans === 0) return [withoutSpans(subject, seen)];
  if (subject.record === null) return [ok('E-SPANS-01', `${seen}; export is the other SDK's`)];
  const dropped = Object.entries(droppedSpans).map(([reason, count]) => `${count} ${reason}`);
  const sent = `${exportedSpans} spans exported`;
  return [
    ok('E-SPANS-01', seen),
    dropped.length > 0
      ? problem('E-EXPORT-01', `${sent}; dropped: ${dropped.join(', ')}`)
      : exportedSpans === 0
        ? problem('E-EXPORT-01', `${sent} within the run`)
        : ok('E-EXPORT-01', sent),
  ];
}

function withoutSpans({ record, script, provider }: Testimony, seen: string): Check {
  if (record === null) return problem('E-SDK-01', `${seen}: instrumenting is up to ${provider}`);
  const { code, sentence } = likelyCause({ record, entry: script ?? undefined, isReplaced: false });
  const known = code in symptoms ? (code as Code) : 'E-SPANS-01';
  return problem(known, `${seen}: ${sentence}`);
}
