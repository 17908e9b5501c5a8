import type { Episodes } from './episodes.ts';
import { LoadShedding } from './load-shedding.ts';
import { OwnTime, threadStopwatch } from './own-time.ts';
import type { Stopwatch } from './own-time.ts';
import type { WaitingSpans } from './waiting-spans.ts';

/** What we cost the process, and what we leave undone when that is too much. */
export class OwnHealth {
  readonly time: OwnTime;
  readonly shedding: LoadShedding;

  constructor(maxOverheadPercent: number, episodes: Episodes, stopwatch?: Stopwatch) {
    this.time = new OwnTime(stopwatch ?? threadStopwatch);
    this.shedding = new LoadShedding(maxOverheadPercent, (why) => {
      const what = 'it sheds work until that is over (see maxOverheadPercent)';
      episodes.tell('shed', `${why}; ${what}`);
    });
  }

  /** Once a second. */
  observe({ held }: WaitingSpans): void {
    this.shedding.observe({
      atMs: this.time.begin(),
      ownMs: this.time.sheddableMs,
      judgeMs: this.time.spentMs.judge,
      busyMs: this.time.busyMs,
      refusedSpans: held.refused,
      heldShare: held.share,
    });
  }
}
