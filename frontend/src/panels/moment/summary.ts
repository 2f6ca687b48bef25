/** A whole run in a few numbers. */

import type { Timeline } from "../../timeline/timeline";

export interface Tally {
  readonly name: string;
  readonly times: number;
  readonly failed: number;
  /** Virtual nanoseconds from the crossing down to the crossing back. */
  readonly ns: number;
}

export interface Summary {
  readonly calls: readonly Tally[];
  readonly faults: readonly Tally[];
  /** Virtual nanoseconds spent in ring 0 on behalf of the program, and in all. */
  readonly kernel: number;
  readonly total: number;
}

export function summarise(timeline: Timeline): Summary {
  const calls = new Map<string, Tally>();
  const faults = new Map<string, Tally>();
  let kernel = 0;
  for (const crossing of timeline.crossings) {
    if (crossing.kind === "start") continue;
    const ns = crossing.kernelNs;
    kernel += ns;
    const kind = crossing.kind === "syscall" ? calls : faults;
    const old = kind.get(crossing.name) ?? { name: crossing.name, times: 0, failed: 0, ns: 0 };
    kind.set(crossing.name, { name: crossing.name, times: old.times + 1, failed: old.failed + (crossing.errno === null ? 0 : 1), ns: old.ns + ns });
  }
  const most = (kind: Map<string, Tally>): Tally[] => [...kind.values()].sort((a, b) => b.times - a.times || a.name.localeCompare(b.name));
  return { calls: most(calls), faults: most(faults), kernel, total: Math.max(timeline.now.t, kernel) };
}
