/** Where a guided stop is in a run. */

import type { LessonStop } from "../../protocol/service";
import { programAddress, type LineIndex } from "../../timeline/lines";
import type { Timeline } from "../../timeline/timeline";

/** The event of the stop; 0 if the run did not get there. */
export function stopEvent(stop: LessonStop, timeline: Timeline, lines: LineIndex): number {
  let left = stop.nth;
  for (const crossing of timeline.crossings) {
    const moment = crossing.down || crossing.begin;
    if (moment === 0 || lines.at(programAddress(timeline, moment)) !== stop.line) continue;
    left--;
    if (left > 0) continue;
    for (let seq = Math.min(moment, crossing.begin || moment); seq <= crossing.last; seq++) if (timeline.event(seq)?.type === stop.event) return seq;
    return 0;
  }
  return 0;
}
