/** Which source line the program is at: addresses back to lines. */

import type { SourceLine } from "../protocol/service";
import { below, type Timeline } from "./timeline";

export class LineIndex {
  private readonly sorted: readonly SourceLine[];

  constructor(map: readonly SourceLine[]) {
    this.sorted = [...map].sort((a, b) => a.address - b.address);
  }

  /** The line whose bytes hold `address`; 0 if none does. */
  at(address: number): number {
    const entry = this.sorted[below(this.sorted, (line) => line.address <= address)];
    return entry !== undefined && address < entry.address + entry.length ? entry.line : 0;
  }
}

/** Where the program stands at `seq`, in ring 3 or waiting there for ring 0; -1 where there is no program. */
export function programAddress(timeline: Timeline, seq: number): number {
  const state = timeline.at(seq);
  const task = state.tasks[state.tid];
  if (task === undefined) return -1;
  if (task.cpl === 3) return Number(task.regs["rip"] ?? -1);
  const crossing = timeline.crossingAt(seq);
  if (crossing === undefined) return -1;
  for (const moment of [crossing.down, crossing.begin]) {
    const event = timeline.event(moment);
    if (event?.type === "ring" && event.cpl_from === 3) return Number(event.rip_from);
    if (event?.type === "fault") return Number(event.rip);
  }
  return -1;
}
