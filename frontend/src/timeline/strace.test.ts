import { expect, test } from "vitest";
import type { AnyEvent } from "../protocol/events.gen";
import { lineText, StraceBuilder } from "./strace";

const at = { t: 0, n: 0, tid: 2 };
const enter = (seq: number, number: number, name: string): AnyEvent => ({ type: "syscall.enter", ...at, seq, number, name, abi: "x86_64", args: [{ name: "fd", value: "0x3", text: "3" }] });
const exit = (seq: number, number: number, name: string, text: string, errno: string | null): AnyEvent => ({
  type: "syscall.exit", ...at, seq, number, name, args: ["3"], result: "0x0", text, errno, why: "",
});

function lines(...events: AnyEvent[]): string[] {
  const builder = new StraceBuilder();
  events.forEach((event) => builder.push(event));
  return builder.lines.map(lineText);
}

test("the equals sign stands in column 40, as strace 6.1 prints it", () => {
  expect(lines(enter(1, 3, "close"), exit(2, 3, "close", "0", null))).toEqual(["close(3)                                = 0"]);
});

test("a call that has not come back is told from the start", () => {
  expect(lines(enter(1, 3, "close"))).toEqual(["close(3 <unfinished ...>"]);
});

test("a call younger than strace 6.1 goes by its number", () => {
  expect(lines(enter(1, 451, "cachestat"), exit(2, 451, "cachestat", "-1 ENOSYS (Function not implemented)", "ENOSYS"))).toEqual([
    "syscall_0x1c3(3)                        = -1 ENOSYS (Function not implemented)",
  ]);
});

test("death by signal", () => {
  expect(
    lines(
      { type: "signal.deliver", ...at, seq: 1, signo: 11, name: "SIGSEGV", info: "{si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL}", action: "core" },
      { type: "task.exit", ...at, seq: 2, exit: { signal: "SIGSEGV" }, core_dumped: false },
    ),
  ).toEqual(["--- SIGSEGV {si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL} ---", "+++ killed by SIGSEGV +++"]);
});
