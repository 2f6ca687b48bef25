// Generated from emulator/trace by frontend/generate_types.py. Do not edit: change the schema and run `make types`.

/** A 64-bit value as hex text: numbers here end at 2**53. */
export type Hex = `0x${string}`;

/** Bytes as base64. */
export type Base64 = string;

export const SCHEMA_VERSION = 1;

/** What a state names, in display order. */
export const REGISTERS = [
  "rax",
  "rbx",
  "rcx",
  "rdx",
  "rsi",
  "rdi",
  "rbp",
  "rsp",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
  "rip",
  "rflags",
  "cs",
  "ss",
  "fs_base",
  "gs_base",
] as const;

/** One system call argument: the register's value and, decoded, its text as strace shows it. */
export interface Arg {
  readonly name: string;
  readonly value: Hex;
  readonly text: string;
}

/** One thing wrong with the source text. Lines and columns count from 1, columns in characters; 0 = the whole file. */
export interface Diagnostic {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly end_column?: number;
  readonly suggestion?: string;
  readonly severity?: "error" | "warning";
}

/** How a task ended, wait(2): exactly one of the two is set. In JSON {"code": 0} or {"signal": "SIGSEGV"}. */
export interface Exit {
  readonly code?: number | null;
  readonly signal?: string | null;
}

/** The CPU raised an exception. `frame` is what it pushed on the kernel stack, highest address first. */
export interface Fault {
  readonly type: "fault";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly vector: number;
  readonly name: string;
  readonly error_code: number;
  readonly rip: Hex;
  readonly address: Hex | null;
  readonly cpl: 0 | 1 | 2 | 3;
  readonly handler: string;
  readonly instruction: string;
  readonly frame: readonly StackWord[];
  readonly why: string;
}

/** Delta of the descriptor table: `fd` is `file`, or closed (None). */
export interface Fd {
  readonly type: "fd";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly fd: number;
  readonly file: FdState | null;
}

/** An open file description as a descriptor sees it: `path` as strace -y shows it, `flags` as O_ names. */
export interface FdState {
  readonly path: string;
  readonly flags: string;
}

/** The ring-0 entry code has built pt_regs on the kernel stack and calls into the kernel. */
export interface KernelEntry {
  readonly type: "kernel.entry";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly symbol: string;
  readonly stack: Hex;
  readonly instructions: number;
}

export interface Keyframe {
  readonly type: "keyframe";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly state: State;
}

/** Delta of the address space: [start, end) becomes `mapping`, or nothing (None). */
export interface Map {
  readonly type: "map";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly start: Hex;
  readonly end: Hex;
  readonly mapping: Mapping | null;
}

/** One line of /proc/PID/maps: `prot` as "rw-p", `name` the path or "[stack]", "[heap]", "". */
export interface Mapping {
  readonly start: Hex;
  readonly end: Hex;
  readonly prot: string;
  readonly offset: Hex;
  readonly name: string;
}

/** Delta: the kernel wrote user memory (copy_to_user). */
export interface Mem {
  readonly type: "mem";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly address: Hex;
  readonly data: Base64;
}

export interface Msr {
  readonly type: "msr";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly index: Hex;
  readonly name: string;
  readonly value: Hex;
  readonly op: "read" | "write";
}

export interface Output {
  readonly type: "output";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly fd: number;
  readonly data: Base64;
}

/** The kernel answered a #PF by providing a page; the instruction is then retried. */
export interface PageIn {
  readonly type: "page.in";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly address: Hex;
  readonly frame: Hex;
  readonly kind: "cow" | "file" | "shared" | "stack" | "zero";
  readonly prot: string;
}

export interface PageLevel {
  readonly name: "PD" | "PDPT" | "PML4" | "PT";
  readonly index: number;
  readonly entry: Hex;
  readonly present: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly no_execute: boolean;
}

/** What the MMU met on its way through the four levels for an access that faulted. */
export interface PageWalk {
  readonly type: "page.walk";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly address: Hex;
  readonly access: "execute" | "read" | "write";
  readonly levels: readonly PageLevel[];
  readonly result: "mapped" | "non-canonical" | "not-present" | "protection";
}

/** Delta: what the running code did to its own registers since the last event that told. */
export interface Regs {
  readonly type: "regs";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly regs: Readonly<Record<string, Hex>>;
}

/** How a run ended. Decided by the process outside the sandbox; `stdout` and `stderr` are base64 in JSON. */
export interface Report {
  readonly outcome: "assembler_crash" | "cancelled" | "engine_crash" | "exited" | "internal" | "limit" | "lost" | "sandbox_violation" | "signaled" | "source_error";
  readonly exit: Exit | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly limit: "events" | "instructions" | "memory" | "output" | "wall" | null;
  readonly message: string;
  readonly stdout: Base64;
  readonly stderr: Base64;
  readonly strace: readonly string[];
  readonly instructions: number;
  readonly virtual_ns: number;
  readonly events: number;
  readonly unmodelled: readonly string[];
}

/** The CPU changed ring. `regs` holds exactly what the transition itself changed (SDM: SYSCALL, SYSRET, IRET, 6.12). */
export interface Ring {
  readonly type: "ring";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly cpl_from: 0 | 1 | 2 | 3;
  readonly cpl_to: 0 | 1 | 2 | 3;
  readonly via: "exception" | "int80" | "interrupt" | "iretq" | "start" | "syscall" | "sysenter" | "sysretq";
  readonly rip_from: Hex;
  readonly rip_to: Hex;
  readonly regs: Readonly<Record<string, Hex>>;
}

/** strace's line is `--- name info ---`; `info` is the siginfo in strace's form, braces included. */
export interface SignalDeliver {
  readonly type: "signal.deliver";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly signo: number;
  readonly name: string;
  readonly info: string;
  readonly action: "continue" | "core" | "handler" | "ignore" | "stop" | "terminate";
}

export interface SignalSend {
  readonly type: "signal.send";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly signo: number;
  readonly name: string;
  readonly target: number;
  readonly info: string;
}

export interface StackWord {
  readonly address: Hex;
  readonly name: string;
  readonly value: Hex;
}

export interface State {
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly tasks: Readonly<Record<number, TaskState>>;
  readonly output: Readonly<Record<number, number>>;
  readonly stopped: boolean;
}

/** The last event of a run: nothing runs any more. */
export interface Stop {
  readonly type: "stop";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly reason: "deadlock" | "exited" | "limit" | "signaled";
  readonly limit: "events" | "instructions" | "memory" | "output" | "wall" | null;
  readonly message: string;
}

export interface SyscallEnter {
  readonly type: "syscall.enter";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly number: number;
  readonly name: string;
  readonly abi: "i386" | "x86_64";
  readonly args: readonly Arg[];
}

/** `result` is what is put in RAX (None: the call does not return); `text` is what strace shows behind `=`. */
export interface SyscallExit {
  readonly type: "syscall.exit";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly number: number;
  readonly name: string;
  readonly args: readonly string[];
  readonly result: Hex | null;
  readonly text: string;
  readonly errno: string | null;
  readonly why: string;
}

export interface TaskExec {
  readonly type: "task.exec";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly comm: string;
  readonly path: string;
  readonly entry: Hex;
  readonly stack: Hex;
}

export interface TaskExit {
  readonly type: "task.exit";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly exit: Exit;
  readonly core_dumped: boolean;
}

export interface TaskStart {
  readonly type: "task.start";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
}

export interface TaskState {
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  readonly cpl: 0 | 1 | 2 | 3;
  readonly regs: Readonly<Record<string, Hex>>;
  readonly status: "blocked" | "dead" | "running" | "stopped" | "syscall";
  readonly syscall: string | null;
  readonly exit: Exit | null;
  readonly maps: readonly Mapping[];
  readonly fds: Readonly<Record<number, FdState>>;
}

/** The program asked for something real Linux has and this model does not; it was told -ENOSYS (or what `answer` says). */
export interface Unmodelled {
  readonly type: "unmodelled";
  readonly seq: number;
  readonly t: number;
  readonly n: number;
  readonly tid: number;
  readonly what: string;
  readonly answer: string;
}

export type AnyEvent =
  | Keyframe
  | Regs
  | Ring
  | KernelEntry
  | Fault
  | PageWalk
  | PageIn
  | Msr
  | SyscallEnter
  | SyscallExit
  | Unmodelled
  | SignalSend
  | SignalDeliver
  | TaskStart
  | TaskExec
  | TaskExit
  | Output
  | Mem
  | Map
  | Fd
  | Stop;

export type EventType = AnyEvent["type"];
