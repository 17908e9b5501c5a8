import { begin } from './begin.ts';
import { shortRoad } from './roads/short.ts';

/** What `register` runs, bundled: begins by the short road, once per process. Never throws. */
export function preload(): void {
  begin({}, shortRoad);
}
