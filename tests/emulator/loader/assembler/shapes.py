"""The words that generated instruction lines are made of."""

from __future__ import annotations

R8 = ("al", "cl", "bl", "dh", "ah", "spl", "sil", "r8b", "r15b")
R16 = ("ax", "cx", "bx", "sp", "di", "r8w", "r13w")
R32 = ("eax", "ecx", "ebx", "esp", "ebp", "edi", "r8d", "r12d", "r13d")
R64 = ("rax", "rcx", "rbx", "rsp", "rbp", "rdi", "r8", "r12", "r13")
XMM = ("xmm0", "xmm3", "xmm8", "xmm15")
MMX = ("mm0", "mm7")
SIZE = {8: "byte", 16: "word", 32: "dword", 64: "qword", 80: "tbyte", 128: "xmmword"}
REGISTERS = {8: R8, 16: R16, 32: R32, 64: R64}
ADDRESSES = (
    "[rax]", "[rbx+8]", "[rsp]", "[rsp+16]", "[rbp]", "[rbp-4]", "[r12]", "[r13]", "[r13+0]", "[r12+0x80]", "[rdi-128]", "[rdi-129]",
    "[rdi+127]", "[rax+rbx]", "[rax+rbx*2]", "[rax+rbp*4+8]", "[rbp+rax*8]", "[r13+r12*4]", "[rsp+rcx]", "[rcx+rsp]", "[rcx*1]",
    "[rcx*2]", "[rcx*4+0x10]", "[rcx*8-0x1000]", "[r9*8+rbx+0x12345678]", "[0x1000]", "[0]", "[0x7fffffff]", "[-1]", "[-0x80000000]",
    "fs:[0x28]", "gs:[0]", "fs:[rax]", "gs:[rbx+rcx*4+5]", "[fs:0x10]", "ds:[rax]", "ss:[rbp]", "ds:[rbp]", "cs:[rbx]", "es:[rdi]",
    "ds:0x10", "[rip]", "[rip+0x10]", "[rip-4]",
    "[ecx*2-8]", "[eax-8]", "[r9d-0x1000]", "[ebp+ebx*8-1]", "[eax]", "[eax+ebx*2+3]", "[esp]", "[r8d+r9d]", "[ebp]", "8[rbx]",
    "[rbx][rcx]",
    "[rbx]+4", "4[rbx+rcx*2]", "[rbx+4*rcx]", "[4+rbx+2*3]", "[rax+rax]", "[rbp+rbp]", "[r13*2]", "[rbp*1+5]", "[rbx*1+rcx]",
    "[rbx+rcx*1]", "[rsp*1+rax]",
)  # fmt: skip
IMMEDIATES = (
    "0", "1", "-1", "5", "127", "128", "-128", "-129", "255", "256", "0x7fff", "0x8000", "0xffff", "-0x8000", "0x10000", "0x7fffffff",
    "0x80000000", "0xffffffff", "-0x80000000", "0x100000000", "0x7fffffffffffffff", "0x8000000000000000", "0xffffffffffffffff", "'a'",
    "3*4-2", "1<<4", "~0",
)  # fmt: skip
ALU = ("add", "or", "adc", "sbb", "and", "sub", "xor", "cmp")
UNARY = ("inc", "dec", "neg", "not", "mul", "imul", "div", "idiv")
SHIFTS = ("rol", "ror", "rcl", "rcr", "shl", "sal", "shr", "sar")
CC = (
    "o", "no", "b", "c", "nae", "ae", "nb", "nc", "e", "z", "ne", "nz", "be", "na", "a", "nbe", "s", "ns", "p", "pe", "np", "po", "l",
    "nge", "ge", "nl", "le", "ng", "g", "nle",
)  # fmt: skip
PLAIN = (
    "nop", "ret", "retq", "leave", "cdq", "cqo", "cwd", "cwde", "cdqe", "cbw", "clc", "stc", "cmc", "cld", "std", "cli", "sti", "hlt",
    "int3", "int1", "syscall", "sysretq", "sysretl", "sysretd", "sysexitd",
    "sysret", "sysenter", "sysexit", "sysexitq", "iret", "iretd", "iretq", "iretw",
    "swapgs", "rdmsr", "wrmsr", "rdtsc", "rdtscp", "rdpmc", "cpuid", "clts", "invd", "wbinvd", "pause", "ud2", "pushf", "pushfq",
    "pushfw", "popf", "popfq", "popfw", "lahf", "sahf", "xlat", "xlatb", "lfence", "mfence", "sfence", "emms", "monitor", "mwait",
    "xgetbv", "xsetbv", "vmcall", "endbr64", "endbr32", "lret", "retf", "lretq", "fwait", "wait", "movsb", "movsw", "movsd", "movsq",
    "stosb", "stosw", "stosd", "stosq", "lodsb", "lodsw", "lodsd", "lodsq", "scasb", "scasw", "scasd", "scasq", "cmpsb", "cmpsw", "cmpsd",
    "cmpsq", "insb", "insw", "insd", "outsb", "outsw", "outsd", "rep movsb", "rep movsq", "rep stosb", "rep stosq", "rep stosd",
    "rep lodsb", "repe cmpsb", "repz cmpsd", "repne scasb", "repnz scasq", "rep insb", "rep outsd", "repe scasw", "clac", "stac", "xend",
    "xtest", "rsm", "getsec", "serialize", "clgi", "ud1", "into", "pusha", "aaa", "daa", "popa", "salc", "lock", "rep", "lock nop",
    "rep ret", "rep nop", "xabort 5", "leaveq", "popfd", "pushfd", "cltq", "cqto", "loadall",
)  # fmt: skip
X87 = (
    "fld st", "fld st(1)", "fld st(7)", "fld1", "fldz", "fldpi", "fldl2e", "fldl2t", "fldlg2", "fldln2", "fst st(2)", "fstp st(1)",
    "fstp st", "fadd", "faddp", "fadd st(1)", "fadd st, st(3)", "fadd st(3), st", "faddp st(2)", "faddp st(2), st", "fsub st, st(1)",
    "fsub st(1), st", "fsubr st, st(1)", "fsubr st(1), st", "fsubp", "fsubrp", "fsubp st(1), st", "fsubrp st(2), st", "fmul st, st(1)",
    "fmulp", "fmulp st(3), st", "fdiv st, st(1)", "fdiv st(1), st", "fdivr st, st(1)", "fdivr st(1), st", "fdivp", "fdivrp",
    "fdivp st(4), st", "fcom", "fcom st(2)", "fcomp", "fcompp", "fucom", "fucom st(3)", "fucomp", "fucompp", "fcomi st, st(1)",
    "fcomip st, st(2)", "fucomi st, st(1)", "fucomip st, st(1)", "fxch", "fxch st(3)", "fabs", "fchs", "fsqrt", "fsin", "fcos", "fsincos",
    "fptan", "fpatan", "f2xm1", "fyl2x", "fyl2xp1", "fprem", "fprem1", "frndint", "fscale", "fxtract", "ftst", "fxam", "fnop", "fincstp",
    "fdecstp", "ffree st(1)", "finit", "fninit", "fclex", "fnclex", "fstsw ax", "fnstsw ax", "fnstsw", "fcmovb st, st(1)",
    "fcmove st, st(2)", "fcmovnbe st, st(3)", "fcmovu st, st(1)", "fstsw", "ffreep st(2)",
)  # fmt: skip
X87_MEMORY = (
    ("fld", (32, 64, 80)), ("fst", (32, 64)), ("fstp", (32, 64, 80)), ("fild", (16, 32, 64)), ("fist", (16, 32)), ("fistp", (16, 32, 64)),
    ("fisttp", (16, 32, 64)), ("fadd", (32, 64)), ("fsub", (32, 64)), ("fsubr", (32, 64)), ("fmul", (32, 64)), ("fdiv", (32, 64)),
    ("fdivr", (32, 64)), ("fcom", (32, 64)), ("fcomp", (32, 64)), ("fiadd", (16, 32)), ("fisub", (16, 32)), ("fimul", (16, 32)),
    ("fidiv", (16, 32)), ("ficom", (16, 32)), ("ficomp", (16, 32)), ("fldcw", (16,)), ("fnstcw", (16,)), ("fstcw", (16,)),
    ("fnstsw", (16,)), ("fstsw", (16,)), ("fbld", (80,)), ("fbstp", (80,)),
)  # fmt: skip
SSE = (
    "addps", "addpd", "addss", "addsd", "subps", "subpd", "subss", "subsd", "mulps", "mulpd", "mulss", "mulsd", "divps", "divpd", "divss",
    "divsd", "minps", "minsd", "maxpd", "maxss", "sqrtps", "sqrtsd", "andps", "andpd", "andnps", "orps", "xorps", "xorpd", "ucomiss",
    "ucomisd", "comiss", "comisd", "unpcklps", "unpckhpd", "movaps", "movapd", "movups", "movupd", "movdqa", "movdqu", "paddb", "paddw",
    "paddd", "paddq", "psubb", "psubd", "pand", "pandn", "por", "pxor", "pcmpeqb", "pcmpeqw", "pcmpeqd", "pcmpgtb", "pmuludq", "pmullw",
    "packsswb", "packuswb", "punpcklbw", "punpckldq", "punpcklqdq", "cvtdq2ps", "cvtdq2pd", "cvtps2pd", "cvtpd2ps", "cvtss2sd",
    "cvtsd2ss", "cvttps2dq", "cvttpd2dq", "cmpeqps", "cmpltsd", "cmpordss", "rsqrtps", "rcpss", "movsd", "movss", "movq", "haddps",
    "addsubpd", "pshufb", "pabsd", "ptest", "pmulld", "pminsd", "pmaxub", "phaddw", "aesenc", "aesdec", "pcmpeqq", "roundsd",
)  # fmt: skip
SSE_IMMEDIATE = ("pshufd", "shufps", "shufpd", "pshuflw", "cmpps", "cmpsd", "palignr", "pblendw", "roundps", "insertps")
SYSTEM_MEMORY = (
    "lgdt", "lidt", "sgdt", "sidt", "invlpg", "fxsave", "fxrstor", "fxsave64", "xsave", "xrstor", "ldmxcsr", "stmxcsr", "clflush",
    "prefetcht0", "prefetchnta", "prefetchw", "cmpxchg8b", "cmpxchg16b", "fnstenv", "fldenv", "fnsave", "frstor", "fstenv", "xsavec",
    "xsaveopt", "clflushopt",
)  # fmt: skip
STRINGS = (
    "movs byte ptr [rdi], byte ptr [rsi]", "movsb byte ptr [rdi], byte ptr [rsi]", "stos byte ptr [rdi], al", "stosd",
    "lods al, byte ptr [rsi]", "scas al, byte ptr [rdi]", "cmps byte ptr [rsi], byte ptr [rdi]", "ins byte ptr [rdi], dx",
    "outs dx, byte ptr [rsi]", "movsb [rdi], [rsi]", "stosb [rdi]", "stosq qword ptr [rdi]", "lodsb [rsi]",
    "movsq qword ptr es:[rdi], qword ptr fs:[rsi]", "lodsb fs:[rsi]", "lodsd dword ptr gs:[rsi]",
    "movsd dword ptr [edi], dword ptr [esi]", "stos qword ptr [rdi], rax", "rep stos dword ptr [rdi], eax", "outsb dx, byte ptr [rsi]",
    "insd dword ptr [rdi], dx", "lretq 5", "retw 8", "lretw 5", "cmpsb [rsi], [rdi]", "scasb [rdi]", "xlat [rbx]",
    "xlatb byte ptr [rbx]", "xlat byte ptr fs:[rbx]",
    "movs [rdi], [rsi]",
)  # fmt: skip
BIT_COUNTS = (
    "bsf", "bsr", "popcnt", "lzcnt", "tzcnt", "movbe", "adcx", "andn", "bextr", "blsr", "pdep", "rorx", "shlx", "mulx",
)  # fmt: skip
VECTOR_MOVES = (
    "movd", "movq", "cvtsi2sd", "cvtsi2ss", "cvtsd2si", "cvttsd2si", "cvtss2si", "cvttss2si", "movmskps", "pmovmskb", "movhps", "movlpd",
    "movntdq", "movntps", "movdq2q", "movq2dq", "lddqu", "maskmovdqu", "movhlps",
)  # fmt: skip
ANYTHING = (
    *ALU, "mov", "lea", "test", "xchg", "push", "pop", "movzx", "shl", "imul", "call", "in", "out", "int", "bswap", "sete", "cmove",
    "movd", "addps", "fld", "movsb", "ret",
)  # fmt: skip
