/**
 * Where things lie on the ring lane. Time is not linear: a million instructions and three must both be seen, so what runs in ring 3
 * takes room by the logarithm of its length and every crossing takes the room its words need. Units are pixels at zoom 1.
 */

import type { Crossing } from "../../timeline/crossings";
import type { Cell } from "../../timeline/repeats";
import { below } from "../../timeline/timeline";

const LETTER = 7.4;
const SLOPE = 12;
const ENTRY = 44;
const BADGE = 44;
const ENDING = 118;

/** Horizontal places inside one crossing, from its own left edge. */
export interface Shape {
  /** Ring 3 ends, the way down begins. */
  readonly drop: number;
  /** In ring 0: entry code begins; handler begins; handler ends. */
  readonly entry: number;
  readonly body: number;
  readonly rise: number;
  /** Back in ring 3, or dead. */
  readonly width: number;
}

export function shape(crossing: Crossing): Shape {
  const run = crossing.kind === "start" ? 10 : Math.min(76, 16 + 5 * Math.log2(1 + crossing.ran));
  const handled = crossing.kind !== "syscall" && !crossing.fatal;
  const entry = run + SLOPE;
  const body = entry + (handled ? 0 : ENTRY);
  const words = Math.max(crossing.name.length, label(crossing).length) * LETTER + (crossing.kind === "fault" ? 34 : 22);
  const rise = body + Math.max(handled ? 44 : 64, Math.min(words, 220));
  return { drop: run, entry, body, rise, width: rise + (crossing.fatal ? ENDING : SLOPE) };
}

/** The second line of a crossing's box. */
export function label(crossing: Crossing): string {
  if (crossing.kind !== "fault" && crossing.result !== "") {
    const [value = ""] = crossing.result.split(" (");
    return `= ${value.length > 24 ? `${value.slice(0, 23)}…` : value}`;
  }
  return crossing.result;
}

export interface Placed {
  readonly cell: Cell;
  readonly x: number;
  readonly width: number;
}

export class Layout {
  readonly cells: readonly Placed[];
  readonly width: number;
  private readonly crossings: readonly Crossing[];

  constructor(cells: readonly Cell[], crossings: readonly Crossing[]) {
    this.crossings = crossings;
    let x = 0;
    this.cells = cells.map((cell) => {
      let width = cell.times > 1 ? BADGE : 0;
      for (let at = 0; at < cell.period; at++) {
        const crossing = crossings[cell.from + at];
        if (crossing !== undefined) width += shape(crossing).width;
      }
      const placed = { cell, x, width };
      x += width;
      return placed;
    });
    this.width = x;
  }

  /** Index of the cell at unit `x`. */
  cellAt(x: number): number {
    return Math.max(0, below(this.cells, (placed) => placed.x <= x));
  }

  /** The placed cell that holds crossing `index`. */
  holding(index: number): Placed | undefined {
    return this.cells[below(this.cells, (placed) => placed.cell.from <= index)];
  }

  /** Crossing index shown at place `at` of a folded cell: the repeat that is selected, else the first. */
  static shown(cell: Cell, at: number, selected: number): number {
    const repeat = selected >= cell.from && selected < cell.from + cell.period * cell.times ? Math.floor((selected - cell.from) / cell.period) : 0;
    return cell.from + repeat * cell.period + at;
  }

  /** Left edge in units of crossing `index`, where `index` is the one its cell shows. */
  left(index: number): number {
    const placed = this.holding(index);
    if (placed === undefined) return 0;
    const inside = (index - placed.cell.from) % placed.cell.period;
    let x = placed.x;
    for (let at = 0; at < inside; at++) {
      const crossing = this.crossings[index - inside + at];
      if (crossing !== undefined) x += shape(crossing).width;
    }
    return x;
  }

  /** Where event `seq` of `crossing` is: units, and the path it lies on; a box's words must stay readable under the marker. */
  spot(crossing: Crossing, seq: number): { readonly x: number; readonly on: "user" | "gate" | "kernel" | "box" } {
    const { drop, entry, body, rise, width } = shape(crossing);
    const left = this.left(crossing.index);
    const { down, begin, end, up } = crossing;
    const handlerFrom = Math.max(begin, crossing.entry, down);
    if (up > 0 && seq >= up) return { x: left + (crossing.fatal ? rise : width), on: "user" };
    if (crossing.kind === "start") {
      const far = (seq - crossing.first) / Math.max(1, crossing.last - crossing.first);
      return { x: left + drop + 8 + far * (rise - drop - 16), on: "box" };
    }
    if (begin > 0 && seq >= begin && seq < down) return { x: left + (drop + entry) / 2, on: "gate" };
    if (down > 0 && seq < down && (begin === 0 || seq < begin)) return { x: left + drop, on: "user" };
    if (seq === down && crossing.entry !== down) return { x: left + entry, on: "kernel" };
    if (crossing.entry > 0 && seq >= down && seq <= crossing.entry && seq < handlerFrom) return { x: left + body, on: "kernel" };
    if (crossing.fatal && (end === 0 || seq > end)) {
      const far = Math.min(1, (seq - handlerFrom) / Math.max(1, crossing.last - handlerFrom));
      const x = body + 8 + far * (rise - body + 14);
      return { x: left + x, on: x > rise ? "kernel" : "box" };
    }
    const stop = end || crossing.last;
    const far = stop > handlerFrom ? (seq - handlerFrom) / (stop - handlerFrom) : 0;
    return { x: left + body + 8 + Math.min(1, Math.max(0, far)) * (rise - body - 16), on: "box" };
  }
}
