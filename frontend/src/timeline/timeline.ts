/** All that is known of one run: its events in order, the state at any of them, and what is told from them as they come. */

import { fromBase64 } from "../base/bytes";
import type { AnyEvent, State } from "../protocol/events.gen";
import { CrossingBuilder, signature, type Crossing } from "./crossings";
import { fold, INITIAL } from "./fold";
import { RepeatFolder, type Cell } from "./repeats";
import { StraceBuilder, type StraceLine } from "./strace";

/** A state is kept every so many events; in between it is folded anew. */
const CHECKPOINT = 256;

/** Kinds that change state without being a moment of the story: stepping passes over them. */
const DELTAS: ReadonlySet<AnyEvent["type"]> = new Set(["regs", "mem", "map", "fd"]);

export interface OutputPiece {
  readonly seq: number;
  readonly fd: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class Timeline {
  readonly events: AnyEvent[] = [];
  readonly output: OutputPiece[] = [];
  /** Sequence numbers of the moments one steps through. */
  readonly steps: number[] = [];
  readonly faults: number[] = [];
  readonly unmodelled: { readonly seq: number; readonly what: string; readonly answer: string }[] = [];
  private readonly strace = new StraceBuilder();
  private readonly rings = new CrossingBuilder();
  private readonly repeats = new RepeatFolder();
  private readonly checkpoints: State[] = [];
  private head: State = INITIAL;
  private cursor: State = INITIAL;

  /** How many crossings will not change any more. */
  private closed = 0;

  get last(): number {
    return this.head.seq;
  }

  get now(): State {
    return this.head;
  }

  get lines(): readonly StraceLine[] {
    return this.strace.lines;
  }

  get crossings(): readonly Crossing[] {
    return this.rings.crossings;
  }

  /** Crossings as cells with repeats folded; those still open come last, one by one. */
  cells(): readonly Cell[] {
    const done = this.repeats.snapshot();
    const open = this.crossings.length - this.closed;
    if (open <= 0) return done;
    return [...done, ...Array.from({ length: open }, (_, at) => ({ from: this.closed + at, period: 1, times: 1 }))];
  }

  /** Add events that follow those already here. Throws RangeError on a gap. */
  append(items: readonly AnyEvent[]): void {
    for (const event of items) {
      this.head = fold(this.head, event);
      this.events.push(event);
      if (event.seq % CHECKPOINT === 0) this.checkpoints[event.seq / CHECKPOINT] = this.head;
      if (!DELTAS.has(event.type)) this.steps.push(event.seq);
      this.strace.push(event);
      this.rings.push(event);
      this.settle();
      if (event.type === "output") this.output.push({ seq: event.seq, fd: event.fd, bytes: fromBase64(event.data) });
      else if (event.type === "fault") this.faults.push(event.seq);
      else if (event.type === "unmodelled") this.unmodelled.push({ seq: event.seq, what: event.what, answer: event.answer });
    }
  }

  /** Hand closed crossings to the folder, in order. */
  private settle(): void {
    for (;;) {
      const next = this.crossings[this.closed];
      if (next === undefined || !next.closed) return;
      this.repeats.push(signature(next));
      this.closed++;
    }
  }

  event(seq: number): AnyEvent | undefined {
    return this.events[seq - 1];
  }

  /** The state behind event `seq`; 0 is the state before any. */
  at(seq: number): State {
    if (seq >= this.head.seq) return this.head;
    if (seq <= 0) return INITIAL;
    const kept = this.checkpoints[Math.floor(seq / CHECKPOINT)] ?? INITIAL;
    let state = this.cursor.seq <= seq && this.cursor.seq >= kept.seq ? this.cursor : kept;
    while (state.seq < seq) {
      const event = this.events[state.seq];
      if (event === undefined) break;
      state = fold(state, event);
    }
    this.cursor = state;
    return state;
  }

  /**
   * The state a moment leaves behind: in ring 0 the changes told right after an event are that event's own; in ring 3 they are
   * what the program does next.
   */
  after(seq: number): State {
    const state = this.at(seq);
    if (state.tasks[state.tid]?.cpl !== 0) return state;
    let end = seq;
    for (let told = false; ; end++) {
      const next = this.events[end];
      // A second `regs` is what the way out did, after the kernel was done with this.
      if (next === undefined || !DELTAS.has(next.type) || (told && next.type === "regs")) return this.at(end);
      told ||= next.type === "regs";
    }
  }

  /** The crossing that `seq` belongs to, or the nearest one before it. */
  crossingAt(seq: number): Crossing | undefined {
    const at = below(this.crossings, (crossing) => crossing.first <= seq);
    return this.crossings[at];
  }

  /** Index of the strace line that `seq` belongs to; -1 before the first. */
  lineAt(seq: number): number {
    const at = below(this.lines, (line) => line.first <= seq);
    const crossing = this.crossingAt(seq);
    const next = this.lines[at + 1];
    // On the way into a call the line to come is meant, not the one before.
    const coming = crossing !== undefined && next !== undefined && seq <= crossing.last && next.first <= crossing.last;
    return coming && (this.lines[at]?.first ?? 0) < crossing.first ? at + 1 : at;
  }

  /** The moment `by` steps away from `seq`, held inside the run. */
  step(seq: number, by: number): number {
    const at = below(this.steps, (step) => step <= seq);
    const exact = this.steps[at] === seq;
    const to = by < 0 && !exact ? at + by + 1 : at + by;
    return this.steps[Math.min(Math.max(to, 0), this.steps.length - 1)] ?? 0;
  }
}

/** Index of the last item for which `holds`, where all such items come first; -1 if none. */
export function below<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
