/** What the editor knows of the language by itself: enough to colour it while the service is away. */

const WIDE = ["ax", "bx", "cx", "dx", "si", "di", "bp", "sp"];
const NUMBERED = Array.from({ length: 8 }, (_, at) => `r${at + 8}`);

export const REGISTERS: ReadonlySet<string> = new Set([
  ...WIDE, ...WIDE.map((name) => `e${name}`), ...WIDE.map((name) => `r${name}`),
  ...["a", "b", "c", "d"].flatMap((letter) => [`${letter}l`, `${letter}h`]), "sil", "dil", "bpl", "spl",
  ...NUMBERED.flatMap((name) => [name, `${name}d`, `${name}w`, `${name}b`]),
  "rip", "eip", "cs", "ds", "es", "fs", "gs", "ss",
  ...["cr0", "cr2", "cr3", "cr4", "cr8", "dr0", "dr1", "dr2", "dr3", "dr6", "dr7"],
  ...Array.from({ length: 16 }, (_, at) => `xmm${at}`), ...Array.from({ length: 8 }, (_, at) => `st${at}`), "mxcsr",
]);

/** Instructions that cross the rings: shown in ring 0's colour. */
export const GATES: ReadonlySet<string> = new Set(["syscall", "sysenter", "int", "int3", "int1", "ud2", "into"]);

/** Instructions only ring 0 may use (iced-x86's is_privileged, the common ones). */
export const PRIVILEGED: ReadonlySet<string> = new Set([
  "cli", "sti", "hlt", "lgdt", "lidt", "lldt", "ltr", "lmsw", "clts", "invd", "wbinvd", "invlpg", "rdmsr", "wrmsr", "in", "out", "insb", "outsb",
  "swapgs", "sysret", "sysretq", "sysexit", "iretq", "xsetbv", "monitor", "mwait", "rdpmc", "invpcid",
]);

export const PREFIXES: ReadonlySet<string> = new Set(["rep", "repe", "repz", "repne", "repnz", "lock"]);

export const OPERAND_WORDS: ReadonlySet<string> = new Set([
  "byte", "word", "dword", "qword", "xmmword", "oword", "tbyte", "ptr", "offset", "short", "near", "far", "rel",
]);
