import { whyEsModule } from '../doctor/module-kind.ts';
import type { StartRecord } from './start-record.ts';

/** Why there may be no spans, in a sentence, and its code in `spandrel doctor`. */
export interface Cause {
  readonly code: string;
  readonly sentence: string;
}

/** The circumstances of a process that answers requests and makes no server spans. */
export interface Circumstances {
  readonly record: StartRecord;
  /** The script, from `process.argv[1]`; undefined without one. */
  readonly entry: string | undefined;
  /** The provider that is registered is not the one we started with. */
  readonly isReplaced: boolean;
}

/** The first that applies, most certain first. Reads the entry's package.json. */
export function likelyCause({ record, entry, isReplaced }: Circumstances): Cause {
  const { sampler, hookMode, loadedBefore, http } = record;
  if (sampler.share === 0) {
    return { code: 'E-SAMPLER-01', sentence: `the sampler ${sampler.name} drops every trace` };
  }
  if (isReplaced) {
    return {
      code: 'E-SDK-01',
      sentence: 'another OpenTelemetry SDK took our place after the start',
    };
  }
  const why = entry === undefined || hookMode !== 'off' ? null : whyEsModule(entry);
  if (why !== null) {
    const sentence = `the application is an ES module (${why}) and imports are not hooked`;
    return { code: 'E-ESM-01', sentence };
  }
  if (loadedBefore.length > 0) {
    return { code: 'E-LOAD-01', sentence: `${loadedBefore.join(', ')} had been loaded before us` };
  }
  if (http === 'waiting') {
    return { code: 'E-LOAD-01', sentence: 'http had been loaded before us' };
  }
  if (http === 'off') return { code: 'E-HTTP-01', sentence: 'http is not instrumented' };
  return { code: 'E-SPANS-01', sentence: 'the cause is not known' };
}
