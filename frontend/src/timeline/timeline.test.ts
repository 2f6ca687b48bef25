import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { AnyEvent } from "../protocol/events.gen";
import { Timeline } from "./timeline";

const at = { t: 0, n: 0, tid: 2 };
const ring = (seq: number, to: 0 | 3, via: "syscall" | "sysretq" | "iretq"): AnyEvent => ({
  type: "ring", ...at, seq, cpl_from: to === 0 ? 3 : 0, cpl_to: to, via, rip_from: "0x1", rip_to: "0x2", regs: { rip: "0x2" },
});
const enter = (seq: number, name: string): AnyEvent => ({ type: "syscall.enter", ...at, seq, number: 1, name, abi: "x86_64", args: [] });
const exit = (seq: number, name: string): AnyEvent => ({
  type: "syscall.exit", ...at, seq, number: 1, name, args: [], result: "0x0", text: "0", errno: null, why: "",
});
const regs = (seq: number): AnyEvent => ({ type: "regs", ...at, seq, regs: { rax: `0x${seq.toString(16)}` } });

const TWO_CALLS: AnyEvent[] = [
  { type: "task.start", ...at, seq: 1, pid: 2, ppid: 1, comm: "prog" }, enter(2, "execve"), exit(3, "execve"), ring(4, 3, "iretq"),
  regs(5), ring(6, 0, "syscall"), regs(7), enter(8, "read"), exit(9, "read"), regs(10), ring(11, 3, "sysretq"),
  regs(12), ring(13, 0, "syscall"), enter(14, "write"),
];

function told(): Timeline {
  const timeline = new Timeline();
  timeline.append(TWO_CALLS);
  return timeline;
}

test("crossings know their moments", () => {
  const seen = told().crossings.map(({ kind, name, first, down, begin, end, up, last, closed }) => ({ kind, name, first, down, begin, end, up, last, closed }));
  expect(seen).toEqual([
    { kind: "start", name: "execve", first: 1, down: 0, begin: 2, end: 3, up: 4, last: 4, closed: true },
    { kind: "syscall", name: "read", first: 5, down: 6, begin: 8, end: 9, up: 11, last: 11, closed: true },
    { kind: "syscall", name: "write", first: 12, down: 13, begin: 14, end: 0, up: 0, last: 14, closed: false },
  ]);
});

test("the line of a moment is the call it belongs to, on the way in as well", () => {
  const timeline = told();
  const lines = TWO_CALLS.map(({ seq }) => timeline.lines[timeline.lineAt(seq)]?.name);
  expect(lines).toEqual([
    "execve", "execve", "execve", "execve", "read", "read", "read", "read", "read", "read", "read", "write", "write", "write",
  ]);
});

test("steps pass over deltas and stay inside the run", () => {
  const timeline = told();
  expect(timeline.step(4, 1)).toBe(6);
  expect(timeline.step(8, -1)).toBe(6);
  expect(timeline.step(10, -1)).toBe(9);
  expect(timeline.step(1, -1)).toBe(1);
  expect(timeline.step(14, 1)).toBe(14);
});

test("what is told right after an event in ring 0 is its own; in ring 3 it is the program's", () => {
  const timeline = told();
  expect(timeline.after(6).tasks[2]?.regs["rax"]).toBe("0x7");
  expect(timeline.after(9).tasks[2]?.regs["rax"]).toBe("0xa");
  expect(timeline.after(11).tasks[2]?.regs["rax"]).toBe("0xa");
});

test("any instant of a long run is what folding from the start gives", () => {
  const timeline = new Timeline();
  const events = Array.from({ length: 2000 }, (_, index) => regs(index + 1));
  for (let from = 0; from < events.length; from += 300) timeline.append(events.slice(from, from + 300));
  for (const seq of [1, 255, 256, 257, 1999, 1024, 3, 2000]) expect(timeline.at(seq).tasks[2]?.regs["rax"]).toBe(`0x${seq.toString(16)}`);
});

test("a gap is refused", () => {
  const timeline = told();
  expect(() => timeline.append([regs(16)])).toThrow("event 16 does not follow event 14");
});

test("the fixtures can be told", () => {
  const folder = new URL("../../../tests/fixtures/timeline/", import.meta.url);
  for (const name of readdirSync(folder)) {
    const { events } = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as { events: AnyEvent[] };
    if (events[0]?.seq === 1) new Timeline().append(events);
  }
});
