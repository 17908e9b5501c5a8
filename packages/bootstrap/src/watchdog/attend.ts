import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { SpandrelProcessor } from '@spandrel/processor';
import { registeredProvider } from '../coexistence/registry.ts';
import type { HookMode } from '../hooks/hooks.ts';
import type { Instrumentations } from '../instrumentations/instrumentations.ts';
import { instrumentationTable } from '../instrumentations/table.ts';
import type { Late } from '../late.ts';
import { say } from '../say.ts';
import { banner, instrumentable } from './banner.ts';
import { likelyCause } from './likely-cause.ts';
import { watchRequests } from './requests.ts';
import { samplerOf } from './sampler.ts';
import type { StartRecord } from './start-record.ts';

/** What has just started. */
export interface Started {
  readonly processor: Late<SpandrelProcessor>;
  readonly instrumentations: Instrumentations;
  /** Those the application gave in place of the table's. */
  readonly given: readonly Instrumentation[] | undefined;
  readonly service: string;
  readonly destination: string;
  readonly hookMode: HookMode;
  /** Packages that had been loaded before us. */
  readonly before: ReadonlySet<string>;
  /** Other tools of our kind that had been, by their titles. */
  readonly others: readonly string[];
  readonly isQuiet: boolean;
}

export interface Attended {
  readonly record: StartRecord;
  readonly stop: () => void;
}

/** Says the one line of the start, and watches from then on that requests make spans. */
export function attend(started: Started): Attended {
  const { processor, given, isQuiet } = started;
  const record = recordOf(started);
  if (!isQuiet) say(banner(record, namesOf(given)));
  if (given?.some(ignoresRequests) === true) return { record, stop: () => undefined };
  const provider = registeredProvider();
  const stop = watchRequests({
    serverSpans: () => processor.made?.counts.serverSpans ?? 0,
    share: record.sampler.share,
    likelyCause: () => {
      const isReplaced = registeredProvider() !== provider;
      return likelyCause({ record, entry: process.argv[1], isReplaced });
    },
    warn: say,
  });
  return { record, stop };
}

function recordOf(started: Started): StartRecord {
  const { service, destination, hookMode, before, others, instrumentations } = started;
  const modules = instrumentationTable.flatMap((row) => row.modules);
  return {
    service,
    destination,
    hookMode,
    sampler: samplerOf(process.env),
    loadedBefore: modules.filter((name) => before.has(name)),
    others,
    get active() {
      return instrumentations.active;
    },
    get http() {
      if (instrumentations.has('http')) return 'instrumented';
      return instrumentations.waitsFor('http') ? 'waiting' : 'off';
    },
  };
}

function namesOf(given: readonly Instrumentation[] | undefined): string[] {
  if (given === undefined) return instrumentable(instrumentationTable, process.cwd());
  return given.map((one) =>
    one.instrumentationName.replace(/^@opentelemetry\/instrumentation-/, ''),
  );
}

/** Then requests without spans may be what was asked for. */
function ignoresRequests(instrumentation: Instrumentation): boolean {
  return 'ignoreIncomingRequestHook' in instrumentation.getConfig();
}
