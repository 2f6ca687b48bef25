/** An event in words. Every sentence says what this CPU did or what the model's kernel did: nothing is told that did not happen. */

import { base64Length, fromBase64 } from "../../base/bytes";
import { count, duration } from "../../base/words";
import type { AnyEvent, Fault, PageWalk, Report, Ring, StackWord, SyscallEnter } from "../../protocol/events.gen";
import type { Timeline } from "../../timeline/timeline";
import { errorBits, type Bit } from "./bits";

export interface Row {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

export interface Explanation {
  readonly title: string;
  /** Where the CPU is behind this event. */
  readonly ring: 0 | 3 | null;
  readonly lead: string;
  /** The kernel's or the CPU's reason for saying no. */
  readonly why: string;
  readonly bad: boolean;
  readonly rows: readonly Row[];
  readonly rowsTitle: string;
  readonly bits: readonly Bit[];
  readonly frame: readonly Row[];
  readonly walk: PageWalk | null;
}

const PLAIN: Omit<Explanation, "title" | "ring" | "lead"> = {
  why: "", bad: false, rows: [], rowsTitle: "", bits: [], frame: [], walk: null,
};

const ARGUMENT_REGISTERS: Record<SyscallEnter["abi"], readonly string[]> = {
  x86_64: ["rdi", "rsi", "rdx", "r10", "r8", "r9"],
  i386: ["ebx", "ecx", "edx", "esi", "edi", "ebp"],
};

const FRAME_NOTES: Record<string, string> = {
  ss: "the stack segment it was using",
  rsp: "where its stack was",
  rflags: "its flags",
  cs: "its code segment: the low two bits are the ring it was in",
  rip: "where to go on, or what to try again",
  error_code: "the error code",
};

const VIA: Record<Ring["via"], readonly [title: string, lead: string]> = {
  start: ["Into ring 3 for the first time", "The kernel has built the process. One iretq pops a frame made for the purpose, and the program's first instruction is next."],
  syscall: [
    "Down to ring 0 by syscall",
    "One instruction: the CPU keeps the return address in RCX and the flags in R11, takes the new RIP from MSR LSTAR and the segments from MSR STAR. It saves nothing else and does not touch the stack: RSP still points into the program's memory.",
  ],
  sysretq: ["Back to ring 3 by sysretq", "The reverse of syscall: RIP comes back from RCX, the flags from R11, and the ring is 3 again."],
  iretq: ["Back to ring 3 by iretq", "The CPU pops RIP, CS, RFLAGS, RSP and SS off the kernel stack: the program goes on as if nothing had happened."],
  exception: ["Down to ring 0 by an exception", "The CPU itself switches to the kernel stack in TSS.RSP0, pushes a frame that says where the program was, and goes to the handler the IDT names."],
  interrupt: ["Down to ring 0 by an interrupt", "The CPU switches to the kernel stack in TSS.RSP0, pushes a frame and goes to the handler the IDT names."],
  int80: ["Down to ring 0 by int 0x80", "The older way in: an interrupt through gate 0x80 of the IDT, which ring 3 may use. The number in EAX means a 32-bit call."],
  sysenter: ["Down to ring 0 by sysenter", "The 32-bit world's fast way in."],
};

export function explain(event: AnyEvent, timeline: Timeline): Explanation {
  const ring = ringAt(event, timeline);
  const plain = (title: string, lead: string, more: Partial<Explanation> = {}): Explanation => ({ ...PLAIN, title, ring, lead, ...more });
  switch (event.type) {
    case "keyframe":
      return plain("The run begins", "The state of the whole machine before anything happens: what every later state is computed from.");
    case "ring": {
      const first = timeline.crossingAt(event.seq)?.kind === "start";
      const [title, lead] = VIA[first ? "start" : event.via];
      return plain(title, lead);
    }
    case "kernel.entry":
      return plain(
        "The kernel's entry code",
        `${count(event.instructions, "instruction")} of ring-0 code ran at ${event.symbol}: swapgs finds the kernel's own data, the stack is switched, and every register of the program is pushed as struct pt_regs, so that all can be put back later.`,
        { rowsTitle: "Kernel stack", rows: [{ label: "rsp", value: event.stack, note: "top of the finished pt_regs" }] },
      );
    case "syscall.enter": {
      const where = ARGUMENT_REGISTERS[event.abi];
      if (timeline.crossingAt(event.seq)?.kind === "start") {
        return plain("execve: the process becomes the program", "Whoever starts a program, a shell or here the playground, does it by this call. The kernel throws the old memory away, maps the file and builds the first stack.", {
          rowsTitle: "Arguments", rows: event.args.map((arg) => ({ label: arg.name, value: arg.text, note: "" })),
        });
      }
      return plain(`${event.name}: the kernel takes the call`, `Number ${event.number} in ${event.abi === "i386" ? "EAX" : "RAX"} means ${event.name}.`, {
        rowsTitle: event.args.length === 0 ? "" : "Arguments",
        rows: event.args.map((arg, at) => ({ label: `${where[at] ?? ""} ${arg.name}`, value: arg.text, note: arg.text === arg.value ? "" : arg.value })),
      });
    }
    case "syscall.exit":
      if (event.result === null) return plain(`${event.name} does not return`, "There is no program left to return to.");
      return plain(
        event.errno === null ? `${event.name} succeeds` : `${event.name} fails with ${event.errno}`,
        event.errno === null
          ? `The kernel puts ${event.result} into the saved RAX: that is the result.`
          : `There is no errno in the kernel: it puts the negative number ${event.result} into the saved RAX. A C library would turn that into -1 and errno.`,
        { bad: event.errno !== null, why: event.why },
      );
    case "fault":
      return fault(event, plain);
    case "page.walk":
      return plain("The MMU's walk through the page tables", `What the CPU met on its way from CR3 to ${event.address}, four levels down. Result: ${event.result}.`, { walk: event });
    case "page.in":
      return plain("The kernel provides the page", `${PAGE_IN[event.kind]} It is mapped at ${event.address} (${event.prot}), and the instruction that faulted is tried again.`);
    case "msr":
      return plain(`${event.name} is ${event.op === "read" ? "read" : "written"}`, `Model-specific register ${event.index} holds ${event.value}.`);
    case "unmodelled":
      return plain("Not modelled here", `Real Linux has ${event.what}; this model does not. The program was told: ${event.answer}.`, { bad: true });
    case "signal.send":
      return plain(`${event.name} is sent`, `Signal ${event.signo} now waits for task ${event.target}: it is delivered on the way back to ring 3.`);
    case "signal.deliver":
      return plain(`${event.name} is delivered`, SIGNAL[event.action], { bad: event.action === "core" || event.action === "terminate", rowsTitle: "siginfo", rows: siginfo(event.info) });
    case "task.start":
      return plain(`Process ${event.pid} exists`, `Its name is ${event.comm}, its parent is process ${event.ppid}.`);
    case "task.exec":
      return plain(`${event.path} is loaded`, "execve has thrown the old address space away and mapped the program's file into a new one.", {
        rowsTitle: "First values",
        rows: [
          { label: "rip", value: event.entry, note: "the entry point, _start" },
          { label: "rsp", value: event.stack, note: "argc lies here, then argv, the environment and the auxiliary vector" },
        ],
      });
    case "task.exit":
      return typeof event.exit.signal === "string"
        ? plain(`Killed by ${event.exit.signal}`, "The signal's default action ends the process. Its memory and descriptors are gone.", { bad: true })
        : plain(`Exited with ${event.exit.code ?? 0}`, event.exit.code ? "The process is gone. By convention any code but 0 says: something failed." : "The process is gone. By convention 0 says: all went well.");
    case "output":
      return plain(`Output to descriptor ${event.fd}`, "The kernel has copied the bytes out of the program's memory: they are in the terminal now.", {
        rowsTitle: "Bytes", rows: [{ label: String(base64Length(event.data)), value: quoted(event.data), note: "" }],
      });
    case "stop":
      return plain("Nothing runs any more", event.message || `The run is over: ${event.reason}.`, { bad: event.reason === "limit" || event.reason === "deadlock" });
    default:
      return plain(event.type, "A change of state.");
  }
}

const QUOTED_BYTES = 256;

/** The beginning of some output as text in quotes. */
function quoted(data: string): string {
  const bytes = fromBase64(data);
  return `${JSON.stringify(new TextDecoder().decode(bytes.subarray(0, QUOTED_BYTES)))}${bytes.length > QUOTED_BYTES ? "…" : ""}`;
}

const PAGE_IN: Record<Extract<AnyEvent, { type: "page.in" }>["kind"], string> = {
  zero: "A fresh page, full of zeros.",
  file: "A page of the program's file.",
  stack: "The stack grows by a page of zeros.",
  cow: "A private copy of a page that was shared until now.",
  shared: "A page shared with others.",
};

const SIGNAL: Record<Extract<AnyEvent, { type: "signal.deliver" }>["action"], string> = {
  terminate: "No handler is set, and the default action is to end the process.",
  core: "No handler is set, and the default action is to end the process (with a core dump where limits allow one).",
  ignore: "It is ignored.",
  stop: "The process stops until SIGCONT.",
  continue: "The process goes on.",
  handler: "The kernel puts a frame on the program's own stack and returns into its handler.",
};

function ringAt(event: AnyEvent, timeline: Timeline): 0 | 3 | null {
  const task = timeline.at(event.seq).tasks[event.tid];
  return task === undefined ? null : task.cpl === 0 ? 0 : task.cpl === 3 ? 3 : null;
}

function fault(event: Fault, plain: (title: string, lead: string, more?: Partial<Explanation>) => Explanation): Explanation {
  const what = event.instruction === "" || event.instruction === "(bad)" ? `the instruction at ${event.rip}` : `“${event.instruction}” at ${event.rip}`;
  const where = event.address === null ? "" : ` It touched ${event.address} (the CPU keeps that in CR2).`;
  return plain(`${event.name}, vector ${event.vector}`, `In ring ${event.cpl} the CPU could not finish ${what}.${where} It goes to ${event.handler} in ring 0.`, {
    why: event.why,
    bits: errorBits(event.vector, event.error_code),
    frame: event.frame.map((word: StackWord) => ({ label: word.name, value: word.value, note: FRAME_NOTES[word.name.toLowerCase().replace(" ", "_")] ?? word.address })),
  });
}

/** `{si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL}` as rows. */
function siginfo(info: string): readonly Row[] {
  const NOTES: Record<string, string> = {
    SI_KERNEL: "the kernel sent it", SEGV_MAPERR: "no mapping there", SEGV_ACCERR: "the mapping does not allow it", SI_USER: "a process sent it",
    SI_TKILL: "tkill or tgkill sent it", ILL_ILLOPN: "illegal operand", FPE_INTDIV: "integer division by zero or overflow",
  };
  return info.replace(/^\{|\}$/g, "").split(/, (?=\w+=)/).flatMap((part) => {
    const [label, value] = part.split("=", 2);
    return label === undefined || value === undefined ? [] : [{ label, value, note: NOTES[value] ?? "" }];
  });
}

export interface Ending {
  readonly title: string;
  readonly text: string;
  readonly bad: boolean;
}

const LIMITS: Record<string, string> = {
  instructions: "It used up the instructions a run may take. Most often that is a loop that never ends.",
  wall: "It took more real time than a run may. Everything recorded until then is here.",
  memory: "It asked for more memory than a run has.",
  output: "It wrote more than a run may. Everything until then is in the terminal.",
  events: "It caused more events than a run may record. A loop of system calls fills the record quickly.",
};

/** How a run ended, for people. */
export function ending(report: Report): Ending {
  const cost = `${count(report.instructions, "instruction")}, ${duration(report.virtual_ns)} of virtual time.`;
  switch (report.outcome) {
    case "exited": {
      const code = report.exit?.code ?? 0;
      return { title: `Exited with ${code}`, text: cost, bad: false };
    }
    case "signaled":
      return { title: `Killed by ${report.exit?.signal ?? "a signal"}`, text: report.message || cost, bad: true };
    case "limit":
      return { title: `Stopped: the limit on ${report.limit ?? "resources"}`, text: LIMITS[report.limit ?? ""] ?? report.message, bad: true };
    case "source_error":
      return { title: "This is not a program yet", text: report.message || "The assembler could not make sense of the source. The problems are listed under the editor.", bad: true };
    case "assembler_crash":
      return { title: "The assembler broke down", text: `${report.message || "Its process died on this source."} That is our fault, not yours.`, bad: true };
    case "engine_crash":
      return {
        title: "The CPU emulator broke down",
        text: `${report.message || "Its process died while it ran this program."} No program can do that to a real CPU. Nothing else was affected, and what was recorded until then is here.`,
        bad: true,
      };
    case "sandbox_violation":
      return { title: "The run tried to leave its sandbox", text: "The emulator's process asked the host for something no run may have, and was ended on the spot.", bad: true };
    case "lost":
      return { title: "The run was lost", text: "The machine that computed it vanished twice. Run it again.", bad: true };
    case "cancelled":
      return { title: "Cancelled", text: "You ended it. What was recorded until then is here.", bad: false };
    case "internal":
      return { title: "An error of ours", text: report.message || "Something in the playground went wrong.", bad: true };
  }
}
