"""Programs that end in each way there is."""

from emulator.trace.run import AsmProgram, Limits, RunSpec

EXIT = "    mov eax, 60\n    mov edi, {status}\n    syscall\n"


def hello(text: str = "Hello, world!\\n", status: int = 0) -> str:
    return (
        "_start:\n    mov eax, 1\n    mov edi, 1\n    lea rsi, [rip + text]\n    mov edx, offset end - offset text\n    syscall\n"
        + EXIT.format(status=status)
        + f'text:\n    .ascii "{text}"\nend:\n'
    )


SPIN = "_start:\n    jmp _start\n"
LOCK_BTS = hello().replace(EXIT.format(status=0), "    lock bts eax, eax\n" + EXIT.format(status=0))
LOCK_BTS = LOCK_BTS.replace("    lock bts eax, eax\n", "    .byte 0xf0, 0x0f, 0xab, 0xc0\n")
NULL_JUMP = "_start:\n    xor eax, eax\n    jmp rax\n"
WRITE_FLOOD = "_start:\n    mov eax, 1\n    mov edi, 1\n    mov esi, 0x401000\n    mov edx, 4096\n    syscall\n    jmp _start\n"
WRONG = "_start:\n    mov eax, ebxx\n    movv eax, 1\n    syscall\n    .bogus\n"


def spec(text: str, **options: object) -> RunSpec:
    limits = {name: options.pop(name) for name in ("instructions", "wall_ms", "output_bytes", "events") if name in options}
    return RunSpec(program=AsmProgram(text), limits=Limits(**{"wall_ms": 20_000, **limits}), **options)  # type: ignore[arg-type]
