/** What every panel is a function of. `version` grows with the timeline, so that Svelte sees it change. */

import type { Timeline } from "../timeline/timeline";

export interface View {
  readonly timeline: Timeline;
  readonly version: number;
  /** The selected instant: state and story up to and including this event. 0 = none. */
  readonly seq: number;
  readonly select: (seq: number) => void;
}
