/** A crossing in a line, for the pointer that rests on it. */

import { visible } from "../../base/glyphs";
import type { Crossing } from "../../timeline/crossings";
import { lineText } from "../../timeline/strace";
import type { Timeline } from "../../timeline/timeline";

export function about(crossing: Crossing, timeline: Timeline): string {
  const line = timeline.lines[timeline.lineAt(crossing.last)];
  if (line?.kind === "call" && line.first >= crossing.first) return visible(lineText(line).replace(/\s+=/, " ="));
  const how = [crossing.result, crossing.signal === "" ? "" : `ends in ${crossing.signal}`].filter(Boolean).join(", ");
  return how === "" ? crossing.name : `${crossing.name}: ${how}`;
}
