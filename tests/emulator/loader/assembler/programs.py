"""Programs of many lines, made in one order for ever: labels, jumps of both lengths, data, sections, symbols, macros."""

from __future__ import annotations

from random import Random

_PLAIN = (
    "nop",
    "mov eax, 1",
    "add rbx, rcx",
    "lea rsi, [rsp+8]",
    "xor edi, edi",
    "push rax",
    "pop rbx",
    "cmp eax, 5",
    "mov rax, 0x1122334455667788",
    "rep movsb",
)
_JUMPS = ("jmp", "je", "jne", "jb", "jge", "js", "call", "jmp", "jnz")


class _Writer:
    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.lines: list[str] = []
        self.labels: list[str] = []
        self.data: list[str] = []
        self.numbers: list[str] = []
        self.count = self.rng.choice((8, 20, 60))

    def text(self) -> str:
        rng = self.rng
        self.labels = [f"code{n}" for n in range(self.count)]
        self.data = [f"data{n}" for n in range(5)]
        if rng.random() < 0.5:
            self._constants()
        if rng.random() < 0.4:
            self._section(".data")
            self._section(rng.choice((".section .rodata", ".bss")))
        self.lines.append(".text")
        self.lines.append("_start:")
        for label in self.labels:
            self.lines.append(f"{label}:" + rng.choice(("", " nop", " ret")))
            for _ in range(rng.randrange(6)):
                self._code()
        self.lines += ["mov eax, 60", "syscall"]
        for section in (".data", ".section .rodata", ".bss", '.section .extra,"aw"', '.section .code2,"ax",@progbits'):
            if rng.random() < 0.7:
                self._section(section)
        missing = [name for name in self.data if not any(line.startswith(f"{name}:") for line in self.lines)]
        self.lines.append(".data")
        self.lines += [f"{name}: .quad {rng.choice(self.labels)}" for name in missing]
        return "\n".join(self.lines) + "\n"

    def _constants(self) -> None:
        rng = self.rng
        for n in range(3):
            name = f"CONST{n}"
            self.numbers.append(name)
            value = rng.choice(("5", "0x1000", "3*7+1", "(1<<12)-1", "~0 & 0xff", "100/7", "-1"))
            self.lines.append(rng.choice((f"{name} = {value}", f".equ {name}, {value}", f".set {name}, {value}")))
        self.lines.append(".macro store to, what=7\n mov qword ptr [\\to], \\what\n.endm")

    def _code(self) -> None:
        rng = self.rng
        kind = rng.random()
        target = rng.choice(self.labels)
        if kind < 0.3:
            self.lines.append("    " + rng.choice(_PLAIN))
        elif kind < 0.6:
            self.lines.append(f"    {rng.choice(_JUMPS)} {target}" + rng.choice(("", "", "", "+1", "-2")))
        elif kind < 0.66:
            self.lines.append(rng.choice(("1: dec ecx\n jnz 1b", "jmp 2f\n.fill 3, 1, 0x90\n2:", "1: jmp 1f\n nop\n1: nop")))
        elif kind < 0.75:
            data = rng.choice(self.data)
            self.lines.append(
                "    "
                + rng.choice(
                    (
                        f"lea rsi, [rip+{data}]",
                        f"mov rax, [rip+{data}+8]",
                        f"lea rdi, {data}[rip]",
                        f"mov rcx, offset {data}",
                        f"mov ecx, offset {data}+4",
                        f"movabs rdx, offset {target}",
                        f"mov eax, {data}",
                        f"mov dword ptr [{data}+rbx*4], 9",
                        f"push offset {target}",
                        f"mov al, [{data}]",
                        f"cmp dword ptr [rip+{data}], 0x11223344",
                        f"add rax, offset {data}",
                        f"call [rip+{data}]",
                        f"jmp qword ptr [{data}]",
                        f"mov rax, [rbx+{data}]",
                        f"mov r9, qword ptr {data}[rcx*8]",
                        f"mov byte ptr {data}[rip], 5",
                        f"movzx eax, byte ptr {data}-1[rip]",
                    )
                )
            )
        elif kind < 0.82:
            self.lines.append(
                rng.choice((".balign 16", ".p2align 3", ".align 32", ".balign 8, 0xcc", ".p2align 4,,3", ".balign 64", ".p2align 5,,15"))
            )
        elif kind < 0.9:
            size = rng.choice((1, 5, 30, 100, 120, 127, 130))
            self.lines.append(
                rng.choice(
                    (f".fill {size}, 1, 0x90", f".skip {size}", f".zero {size}", f".rept {size}\n nop\n.endr", f".space {size}, 0xcc")
                )
            )
        elif self.numbers:
            name = rng.choice(self.numbers)
            self.lines.append(
                "    "
                + rng.choice(
                    (
                        f"mov eax, {name}",
                        f"add rcx, {name}+1",
                        f"mov rbx, [rsp+{name}]",
                        f"store rax, {name}",
                        f"lea rdx, [rip+{name}]",
                        f"push {name}",
                    )
                )
            )
        else:
            self.lines.append(
                "    "
                + rng.choice(
                    (
                        f"mov edx, offset {target} - {self.labels[0]}",
                        "jmp .",
                        "jmp $+2",
                        "lea rax, [rip+.]",
                        "mov rax, fs:[0x28]",
                        "call rax",
                    )
                )
            )

    def _section(self, directive: str) -> None:
        rng = self.rng
        self.lines.append(directive)
        free = [name for name in self.data if not any(line.startswith(f"{name}:") for line in self.lines)]
        for _ in range(rng.randrange(1, 4)):
            if free and rng.random() < 0.7:
                self.lines.append(f"{free.pop(0)}:")
            if "bss" in directive:
                self.lines.append(rng.choice((".skip 100", ".zero 4096", ".balign 32", ".space 3")))
                continue
            target = rng.choice(self.labels)
            self.lines.append(
                rng.choice(
                    (
                        ".byte 1, 2, -1, 'a'",
                        ".word 0xffff, 3",
                        ".long 0x12345678, -5",
                        f".quad {target}, {target}+4",
                        f".long {target}",
                        '.asciz "a\\tb\\n\\x41\\101\\"\\\\"',
                        '.ascii "x", "yz"',
                        '.string "s", ""',
                        ".octa 0x112233445566778899aabbccddeeff00",
                        ".balign 16",
                        ".fill 3, 2, 0x55aa",
                        ".double 1.5, -0.25",
                        ".float 3.25",
                        "here: .long . - here".replace("here", f"h{len(self.lines)}"),
                        f".quad {self.labels[-1]} - {self.labels[0]}",
                        ".short 5, 6",
                        f".long {self.labels[0]} - .",
                        ".p2align 3",
                        ".skip 5",
                        ".quad 5*(3+4)-1",
                        ".byte 7 % 4, 1 << 3, 0x0f & 0x3c, 1 | 6, 5 ^ 1, !0, ~0 & 0xff",
                        ".byte 3 == 3, 4 > 5, 2 != 3, 1 && 0, 1 || 0",
                        ".irp x, 1, 2, 3\n.byte \\x*2\n.endr",
                        ".if 1\n.byte 1\n.else\n.byte 2\n.endif",
                    )
                )
            )


def program(seed: int) -> str:
    return _Writer(seed).text()
