/** strace's lines out of events, each with the events it stands for. The text rules are those of emulator/trace/strace.py. */

import type { AnyEvent, Exit } from "../protocol/events.gen";

export interface StraceLine {
  readonly kind: "call" | "signal" | "end";
  /** First and last event the line stands for. */
  readonly first: number;
  readonly last: number;
  readonly tid: number;
  /** `write(1, "hi", 2)`, `--- SIGSEGV {...} ---`, `+++ exited with 0 +++`. */
  readonly text: string;
  /** What stands behind `=`; empty for lines that are no call, null while the call has not returned. */
  readonly result: string | null;
  readonly errno: string | null;
  readonly name: string;
  readonly unmodelled: boolean;
}

/** `=` stands in column 40, as with strace's own -a default. */
const RESULT_COLUMN = 39;

/** Calls younger than strace 6.1 have no name there; x32 numbers begin at the second. */
const LAST_NAMED = 450;
const X32_BIT = 0x4000_0000;

function straceName(number: number, name: string): string {
  return number > LAST_NAMED && number < X32_BIT ? `syscall_0x${number.toString(16)}` : name;
}

/** The line as strace prints it. */
export function lineText(line: StraceLine): string {
  if (line.kind !== "call") return line.text;
  return line.result === null ? `${line.text} <unfinished ...>` : `${line.text.padEnd(RESULT_COLUMN)} = ${line.result}`;
}

export function exitText(exit: Exit, core = false): string {
  if (typeof exit.signal === "string") return `+++ killed by ${exit.signal}${core ? " (core dumped)" : ""} +++`;
  return `+++ exited with ${exit.code ?? 0} +++`;
}

/** Grows by events; a call's line appears when it begins and is replaced when it returns. */
export class StraceBuilder {
  readonly lines: StraceLine[] = [];
  /** Index of the line of each task's unfinished call. */
  private readonly open = new Map<number, number>();

  push(event: AnyEvent): void {
    switch (event.type) {
      case "syscall.enter":
        this.open.set(event.tid, this.lines.length);
        this.lines.push({
          kind: "call", first: event.seq, last: event.seq, tid: event.tid, name: straceName(event.number, event.name), errno: null, result: null,
          unmodelled: false, text: `${straceName(event.number, event.name)}(${event.args.map((arg) => arg.text).join(", ")}`,
        });
        break;
      case "syscall.exit": {
        const at = this.open.get(event.tid) ?? this.lines.length;
        const begun = this.lines[at];
        const name = straceName(event.number, event.name);
        this.lines[at] = {
          kind: "call", first: begun?.first ?? event.seq, last: event.seq, tid: event.tid, name, errno: event.errno,
          text: `${name}(${event.args.join(", ")})`, result: event.text, unmodelled: begun?.unmodelled ?? false,
        };
        this.open.delete(event.tid);
        break;
      }
      case "unmodelled": {
        const at = this.open.get(event.tid);
        const line = at === undefined ? undefined : this.lines[at];
        if (at !== undefined && line !== undefined) this.lines[at] = { ...line, unmodelled: true };
        break;
      }
      case "signal.deliver":
        this.plain("signal", event, event.name, `--- ${event.name} ${event.info} ---`);
        break;
      case "task.exit":
        this.plain("end", event, "exit", exitText(event.exit, event.core_dumped));
        break;
    }
  }

  private plain(kind: "signal" | "end", { seq, tid }: AnyEvent, name: string, text: string): void {
    this.lines.push({ kind, first: seq, last: seq, tid, name, text, result: "", errno: null, unmodelled: false });
  }
}
