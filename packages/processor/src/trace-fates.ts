import { Recent } from './recent.ts';
import type { UnjudgedReason } from './self-counts.ts';
import type { JudgedRoot } from './verdicts.ts';

const rememberedTraces = 2000;

/** What has become of the latest traces, by trace id: for roots that come again and children that end late. */
export class TraceFates {
  readonly #judged = new Recent<JudgedRoot>(rememberedTraces);
  readonly #unjudged = new Recent<UnjudgedReason>(rememberedTraces);

  readonly #mayKeep: boolean;

  /** `mayKeep`: whether any trace is kept against its sampler. */
  constructor(mayKeep: boolean) {
    this.#mayKeep = mayKeep;
  }

  /** Its verdict; undefined where it has none, or none any more. */
  verdictOf(traceId: string): JudgedRoot | undefined {
    return this.#judged.get(traceId);
  }

  /** Why it has no verdict. */
  reasonOf(traceId: string): UnjudgedReason | undefined {
    return this.#unjudged.get(traceId);
  }

  has(traceId: string): boolean {
    return (this.verdictOf(traceId) ?? this.reasonOf(traceId)) !== undefined;
  }

  /** True for a trace that is sent although the sampler left it out. */
  isKept(traceId: string): boolean {
    return this.#mayKeep && this.verdictOf(traceId)?.isKept === true;
  }

  /** A trace of several roots is kept from the first on for which it is. */
  judge(traceId: string, judged: JudgedRoot): void {
    this.#judged.set(traceId, this.isKept(traceId) ? { ...judged, isKept: true } : judged);
  }

  leaveUnjudged(traceId: string, reason: UnjudgedReason): void {
    this.#unjudged.set(traceId, reason);
  }
}
