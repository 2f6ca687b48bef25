/** Ring crossings: every stay in ring 0, from the event that caused it to the return, as one thing with named moments. */

import type { AnyEvent } from "../protocol/events.gen";

export type CrossingKind = "start" | "syscall" | "fault" | "interrupt";

/** Moments are sequence numbers; 0 = has not happened (yet). */
export interface Crossing {
  readonly index: number;
  readonly tid: number;
  readonly kind: CrossingKind;
  /** First and last event that belong to it, the user code that led here included. */
  first: number;
  last: number;
  /** The CPU went to ring 0. */
  down: number;
  /** The entry code had built pt_regs. */
  entry: number;
  /** The handler began and ended. */
  begin: number;
  end: number;
  /** The CPU went back to ring 3. */
  up: number;
  /** Ring-3 instructions between the crossing before and this one. */
  readonly ran: number;
  /** Virtual nanoseconds in ring 3 before it, and in ring 0. */
  userNs: number;
  kernelNs: number;
  /** Ring-0 instructions of the entry code. */
  entryInstructions: number;
  name: string;
  /** What stands behind `=`, or how the kernel answered a fault. */
  result: string;
  errno: string | null;
  gate: string;
  /** The signal that came out of it, if any. */
  signal: string;
  /** The task ended in here. */
  fatal: boolean;
  ending: string;
  unmodelled: boolean;
  /** It will not change any more, but for events of a dead task's end. */
  closed: boolean;
}

/** What makes two crossings repeats of each other. */
export function signature(crossing: Crossing): string {
  return `${crossing.kind} ${crossing.name} ${crossing.errno ?? ""} ${crossing.fatal ? crossing.index : ""}`;
}

interface Walker {
  open: Crossing | null;
  /** First event since the last crossing closed. */
  since: number;
  /** Instruction count and time when ring 3 was last entered. */
  n: number;
  t: number;
}

export class CrossingBuilder {
  readonly crossings: Crossing[] = [];
  private readonly walkers = new Map<number, Walker>();

  push(event: AnyEvent): void {
    let walker = this.walkers.get(event.tid);
    if (walker === undefined) this.walkers.set(event.tid, (walker = { open: null, since: event.seq, n: event.n, t: event.t }));
    if (event.type === "ring") this.ring(walker, event);
    else if (event.type === "fault") this.fault(walker, event);
    else if (event.type === "page.walk") walker.open ??= this.start(walker, event, "fault", "#PF");
    else if (event.type === "task.start") walker.open ??= this.start(walker, event, "start", "start");
    const open = walker.open;
    if (open === null) return;
    open.last = event.seq;
    open.kernelNs = event.t - walker.t - open.userNs;
    this.moment(open, event);
    if (event.type === "ring" && event.cpl_to === 3) {
      open.closed = true;
      walker.open = null;
      walker.since = event.seq + 1;
      walker.n = event.n;
      walker.t = event.t;
    }
  }

  private ring(walker: Walker, event: Extract<AnyEvent, { type: "ring" }>): void {
    if (event.cpl_to === 3) {
      walker.open ??= this.start(walker, event, "start", "start");
      walker.open.up = event.seq;
      if (walker.open.kind === "fault" && walker.open.result === "") walker.open.result = "retried";
      return;
    }
    const kind = event.via === "exception" ? "fault" : event.via === "interrupt" ? "interrupt" : "syscall";
    walker.open ??= this.start(walker, event, kind, kind === "syscall" ? "syscall" : kind);
    if (walker.open.down === 0) walker.open.down = event.seq;
    walker.open.gate = event.via;
  }

  private fault(walker: Walker, event: Extract<AnyEvent, { type: "fault" }>): void {
    walker.open ??= this.start(walker, event, "fault", event.name);
    if (walker.open.kind === "fault" && walker.open.begin === 0) {
      walker.open.name = event.name;
      walker.open.begin = event.seq;
    }
  }

  private start(walker: Walker, event: AnyEvent, kind: CrossingKind, name: string): Crossing {
    const crossing: Crossing = {
      index: this.crossings.length, tid: event.tid, kind, first: walker.since, last: event.seq, down: 0, entry: 0, begin: 0, end: 0, up: 0,
      ran: Math.max(0, event.n - walker.n), userNs: kind === "start" ? 0 : event.t - walker.t,
      kernelNs: 0, entryInstructions: 0, name, result: "", errno: null, gate: "", signal: "", fatal: false,
      ending: "", unmodelled: false, closed: false,
    };
    this.crossings.push(crossing);
    return crossing;
  }

  private moment(open: Crossing, event: AnyEvent): void {
    switch (event.type) {
      case "kernel.entry":
        if (open.entry === 0) open.entry = event.seq;
        open.entryInstructions += event.instructions;
        break;
      case "syscall.enter":
        open.begin = event.seq;
        open.name = event.name;
        break;
      case "syscall.exit":
        open.end = event.seq;
        open.result = event.text;
        open.errno = event.errno;
        break;
      case "page.in":
        open.end = event.seq;
        open.result = `${event.kind} page`;
        break;
      case "unmodelled":
        open.unmodelled = true;
        break;
      case "signal.deliver":
        open.signal = event.name;
        break;
      case "task.exit":
        open.fatal = true;
        open.ending = event.exit.signal ?? `exit ${event.exit.code ?? 0}`;
        open.closed = true;
        break;
    }
  }
}
