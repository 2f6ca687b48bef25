/** What changed in the registers at a moment, and why, in words. Source: Intel SDM volume 2, SYSCALL, SYSRET, IRET; volume 3, 6.12. */

import { REGISTERS, type AnyEvent, type Hex, type State } from "../../protocol/events.gen";

export interface Change {
  readonly name: string;
  readonly before: Hex;
  readonly after: Hex;
  readonly note: string;
}

const SYSCALL: Record<string, string> = {
  rip: "the kernel's entry point, out of MSR LSTAR",
  rcx: "SYSCALL keeps the return address here: the instruction behind it",
  r11: "SYSCALL keeps RFLAGS here",
  rflags: "masked by MSR FMASK: interrupts are off at the entry",
  cs: "the kernel's code segment, out of MSR STAR; its low two bits are the ring: 0",
  ss: "the kernel's stack segment, out of MSR STAR",
};

const SYSRET: Record<string, string> = {
  rax: "the result of the call",
  rip: "taken back out of RCX: the instruction behind the syscall",
  rcx: "still the return address: SYSRET leaves it there",
  r11: "still the saved RFLAGS",
  rflags: "taken back out of R11",
  cs: "the program's code segment; its low two bits are the ring: 3",
  ss: "the program's stack segment",
  rsp: "the program's own stack again",
  gs_base: "swapgs gave the program its own GS base back",
};

const EXCEPTION: Record<string, string> = {
  rip: "the handler, out of the vector's gate in the IDT",
  rsp: "the kernel stack, out of TSS.RSP0, with the frame pushed on it",
  cs: "the kernel's code segment, out of the gate; its low two bits are the ring: 0",
  ss: "the stack segment of ring 0",
  rflags: "an interrupt gate switches interrupts off",
};

const IRET: Record<string, string> = {
  rip: "popped off the kernel stack: where the program goes on",
  cs: "popped: the program's code segment; its low two bits are the ring: 3",
  rflags: "popped: the program's flags",
  rsp: "popped: the program's own stack",
  ss: "popped: the program's stack segment",
  rax: "as the kernel left it in pt_regs",
};

const ENTRY: Record<string, string> = {
  rsp: "the kernel's stack now, pt_regs on top of it",
  gs_base: "swapgs: the kernel's own per-CPU data",
  rip: "the call from the entry code into the kernel",
};

const LEAVING: Record<string, string> = {
  rax: "the result, out of the saved registers",
  rsp: "the exit code has taken the program's stack back",
  gs_base: "swapgs: the program's GS base again",
  rip: "the instruction that goes back",
};

const NOTES: Partial<Record<string, Record<string, string>>> = {
  syscall: SYSCALL, sysretq: SYSRET, exception: EXCEPTION, interrupt: EXCEPTION, int80: EXCEPTION, iretq: IRET, start: IRET,
  "kernel.entry": ENTRY, "syscall.exit": LEAVING, "page.in": LEAVING,
};

const ZERO: Hex = "0x0";

export function registersOf(state: State, tid = state.tid): Readonly<Record<string, Hex>> {
  return state.tasks[tid]?.regs ?? {};
}

/** What differs between two sets of registers, in display order, with a note where `event` gives the reason. */
export function changes(before: Readonly<Record<string, Hex>>, after: Readonly<Record<string, Hex>>, event: AnyEvent | undefined): readonly Change[] {
  const notes = event === undefined ? undefined : NOTES[event.type === "ring" ? event.via : event.type];
  return REGISTERS.flatMap((name) => {
    const [old, now] = [before[name] ?? ZERO, after[name] ?? ZERO];
    return old === now ? [] : [{ name, before: old, after: now, note: notes?.[name] ?? "" }];
  });
}

/** What a whole crossing did, seen from the program: what it gave, what it got. */
export function roundTrip(before: Readonly<Record<string, Hex>>, after: Readonly<Record<string, Hex>>, viaSyscall: boolean): readonly Change[] {
  const notes: Record<string, string> = viaSyscall
    ? {
        rax: "in: the call's number; out: its result",
        rcx: "lost to the program: SYSCALL put the return address here",
        r11: "lost to the program: SYSCALL put RFLAGS here",
        rip: "the next instruction",
      }
    : {};
  return changes(before, after, undefined).map((change) => ({ ...change, note: notes[change.name] ?? "" }));
}
