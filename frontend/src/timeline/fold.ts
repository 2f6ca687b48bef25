/**
 * From events back to state: the same fold as emulator/trace/timeline.py, held to it by the fixtures in tests/fixtures/timeline.
 * States are immutable and share what did not change.
 */

import { base64Length } from "../base/bytes";
import type { AnyEvent, FdState, Hex, Mapping, State, TaskState } from "../protocol/events.gen";

export const INITIAL: State = { seq: 0, t: 0, n: 0, tid: 0, tasks: {}, output: {}, stopped: false };

const NOBODY: TaskState = {
  pid: 0, ppid: 0, comm: "", cpl: 3, regs: {}, status: "running", syscall: null, exit: null, maps: [], fds: {},
};

/** The state behind `event`. Throws for an event out of order. */
export function fold(state: State, event: AnyEvent): State {
  if (event.type === "keyframe") return event.state;
  if (event.seq !== state.seq + 1) throw new RangeError(`event ${event.seq} does not follow event ${state.seq}`);
  const { seq, t, n, tid } = event;
  const task = state.tasks[tid] ?? NOBODY;
  const next = foldTask(task, event);
  const tasks = next === null ? state.tasks : { ...state.tasks, [tid]: next };
  let { output, stopped } = state;
  if (event.type === "output") output = { ...output, [event.fd]: (output[event.fd] ?? 0) + base64Length(event.data) };
  if (event.type === "stop") stopped = true;
  return { seq, t, n, tid, tasks, output, stopped };
}

/** What an event does to its task; null for a kind that tells a story and changes no task. */
function foldTask(task: TaskState, event: AnyEvent): TaskState | null {
  switch (event.type) {
    case "regs":
      return { ...task, regs: { ...task.regs, ...event.regs } };
    case "ring":
      return { ...task, regs: { ...task.regs, ...event.regs }, cpl: event.cpl_to };
    case "syscall.enter":
      return { ...task, status: "syscall", syscall: event.name };
    case "syscall.exit":
      return { ...task, status: "running", syscall: null };
    case "task.start":
      return { ...task, pid: event.pid, ppid: event.ppid, comm: event.comm };
    case "task.exec":
      return { ...task, comm: event.comm, maps: [] };
    case "task.exit":
      return { ...task, status: "dead", syscall: null, exit: event.exit, maps: [], fds: {} };
    case "map":
      return { ...task, maps: carve(task.maps, BigInt(event.start), BigInt(event.end), event.mapping) };
    case "fd":
      return { ...task, fds: withFd(task.fds, event.fd, event.file) };
    case "signal.deliver":
      return { ...task, status: event.action === "stop" ? "stopped" : event.action === "continue" ? "running" : task.status };
    default:
      return null;
  }
}

function withFd(fds: Readonly<Record<number, FdState>>, fd: number, file: FdState | null): Record<number, FdState> {
  const next: Record<number, FdState> = { ...fds };
  if (file === null) Reflect.deleteProperty(next, fd);
  else next[fd] = file;
  return next;
}

/** Put `mapping` (or a hole) at [start, end), cutting what lies there; the result is merged and sorted. */
export function carve(maps: readonly Mapping[], start: bigint, end: bigint, mapping: Mapping | null): readonly Mapping[] {
  const kept: Mapping[] = [];
  for (const old of maps) {
    const low = BigInt(old.start);
    const high = BigInt(old.end);
    if (high <= start || low >= end) {
      kept.push(old);
      continue;
    }
    if (low < start) kept.push({ ...old, end: hex(start) });
    if (high > end) {
      const offset = BigInt(old.offset) + (isFile(old) ? end - low : 0n);
      kept.push({ ...old, start: hex(end), offset: hex(offset) });
    }
  }
  if (mapping !== null) kept.push(mapping);
  return merge(kept);
}

/** Sort mappings and make neighbours that differ in nothing but their place into one. */
export function merge(maps: readonly Mapping[]): readonly Mapping[] {
  const sorted = [...maps].sort((a, b) => compare(BigInt(a.start), BigInt(b.start)));
  const result: Mapping[] = [];
  for (const here of sorted) {
    const last = result.at(-1);
    if (last !== undefined && last.end === here.start && last.prot === here.prot && last.name === here.name) {
      const runOn = BigInt(last.offset) + BigInt(last.end) - BigInt(last.start);
      if (!isFile(here) || runOn === BigInt(here.offset)) {
        result[result.length - 1] = { ...last, end: here.end };
        continue;
      }
    }
    result.push(here);
  }
  return result;
}

/** Only a file's mapping has an offset that moves with its start; anonymous memory shows 0. */
function isFile(mapping: Mapping): boolean {
  return mapping.name.startsWith("/");
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}
