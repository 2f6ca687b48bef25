"""Whole runs: the state that the events fold to is the machine's, and a second run says the same, byte for byte."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from emulator.machine import Machine, step_hash, warm
from emulator.trace import events as ev
from emulator.trace.run import AsmProgram, Exit, Limits, RunSpec
from emulator.trace.timeline import fold_all

HELLO = """
_start:
    mov eax, 1
    mov edi, 1
    lea rsi, [rip+text]
    mov edx, 14
    syscall
    mov eax, 60
    xor edi, edi
    syscall
text: .ascii "Hello, world!\\n"
"""

PROGRAMS = {
    "hello": (HELLO, Exit(code=0)),
    "cli": ("_start: mov rbx, 7\n cli\n", Exit(signal="SIGSEGV")),
    "null": ("_start: mov rax, [0]\n", Exit(signal="SIGSEGV")),
    "jump to 0": ("_start: xor eax, eax\n jmp rax\n", Exit(signal="SIGSEGV")),
    "jump to the kernel": ("_start: mov rax, 0xffffffff81000000\n jmp rax\n", Exit(signal="SIGSEGV")),
    "jump to the stack": ("_start: jmp rsp\n", Exit(signal="SIGSEGV")),
    "jump out of this world": ("_start: mov rax, 0x8000000000000000\n jmp rax\n", Exit(signal="SIGSEGV")),
    "push out of this world": ("_start: mov rsp, 0x8000000000000000\n push rax\n", Exit(signal="SIGBUS")),
    "stack overflow": ("_start: call _start\n", Exit(signal="SIGSEGV")),
    "division": ("_start: xor ecx, ecx\n div ecx\n", Exit(signal="SIGFPE")),
    "breakpoint": ("_start: int3\n", Exit(signal="SIGTRAP")),
    "no instruction": ("_start: nop\n ud2\n", Exit(signal="SIGILL")),
    "port": ("_start: mov eax, 39\n syscall\n in al, 0x60\n", Exit(signal="SIGSEGV")),
    "the hypercall port": ("_start: mov eax, 60\n out 0xe0, al\n", Exit(signal="SIGSEGV")),
    "32-bit call": ("_start: mov eax, 20\n int 0x80\n mov eax, 1\n mov ebx, 3\n int 0x80\n", Exit(code=3)),
    "demand paging": (
        "_start: lea rdi, [rsp-0x5000]\n mov ecx, 0x5000\n mov al, 1\n rep stosb\n mov eax, 60\n mov edi, 9\n syscall\n", Exit(code=9)),
    "segment bases": (
        """
        _start: mov eax, 0x777
            wrgsbase rax
            wrfsbase rax
            mov eax, 39
            syscall
            rdgsbase rdi
            mov eax, 60
            syscall
        """, Exit(code=0x77)),
    "random bytes and time": (
        """
        _start: mov eax, 318
            lea rdi, [rsp-64]
            mov esi, 16
            xor edx, edx
            syscall
            rdtsc
            rdtscp
            xor eax, eax
            cpuid
            mov eax, 228
            mov edi, 1
            lea rsi, [rsp-32]
            syscall
            mov rax, [rsp-24]
            mov edi, 5
            mov eax, 60
            syscall
        """, Exit(code=5)),
}  # fmt: skip


def run(text: str, **limits: Any) -> tuple[Machine, list[ev.Event]]:
    events: list[ev.Event] = []
    machine = Machine(RunSpec(program=AsmProgram(text), level="memory", limits=Limits(**limits)), events.append)
    machine.run()
    return machine, events


@pytest.mark.parametrize("name", PROGRAMS)
def test_events_fold_to_the_machine(name: str) -> None:
    text, end = PROGRAMS[name]
    machine, events = run(text)
    assert machine.exit == end
    assert isinstance(events[0], ev.Keyframe)
    assert isinstance(events[-1], ev.Stop)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert fold_all(events) == machine.snapshot()
    assert msgspec.json.encode(run(text)[1]) == msgspec.json.encode(events)


SPIN = "_start: mov ebx, 5\n1: mov eax, 39\n syscall\n add rcx, rbx\n jmp 1b\n"


@pytest.mark.parametrize("instructions", [0, 1, 3, 4, 5, 6, 1000, 10_001])
def test_an_instruction_budget_ends_the_run_there(instructions: int) -> None:
    machine, events = run(SPIN, instructions=instructions)
    stop = events[-1]
    assert isinstance(stop, ev.Stop)
    assert (stop.reason, stop.limit, stop.n) == ("limit", "instructions", instructions)
    assert machine.limit == "instructions"
    assert machine.exit is None
    assert fold_all(events) == machine.snapshot()
    assert msgspec.json.encode(run(SPIN, instructions=instructions)[1]) == msgspec.json.encode(events)


WRITER = """
_start:
    mov eax, 1
    mov edi, 1
    lea rsi, [rip+_start]
    mov edx, 512
    syscall
    jmp _start
"""

TOUCHER = """
_start:
    lea rax, [rip+space]
1:  mov byte ptr [rax], 1
    add rax, 4096
    jmp 1b
    .bss
space: .zero 0xf00000
"""


@pytest.mark.parametrize(
    ("limit", "text", "limits"),
    [
        *(("events", SPIN, {"events": 500 + n}) for n in range(12)),
        ("output", WRITER, {"output_bytes": 5000}),
        ("memory", TOUCHER, {"memory_bytes": 8 << 20}),
    ],
)
def test_the_other_budgets_end_it_too(limit: str, text: str, limits: dict[str, int]) -> None:
    machine, events = run(text, **limits)
    stop = events[-1]
    assert isinstance(stop, ev.Stop)
    assert (stop.reason, stop.limit) == ("limit", limit)
    assert machine.limit == limit
    assert fold_all(events) == machine.snapshot()
    assert msgspec.json.encode(run(text, **limits)[1]) == msgspec.json.encode(events)


def test_a_spare_cpu_is_like_a_new_one() -> None:
    """The spare has run another program before; nothing of it may show."""
    text = "_start: fnstcw [rsp-8]\n movq rax, xmm3\n rdfsbase rbx\n rdgsbase rcx\n mov eax, 39\n syscall\n" + HELLO.replace("_start:", "")
    first = run(text)[1]
    warm()
    assert msgspec.json.encode(run(text)[1]) == msgspec.json.encode(first)


@pytest.mark.parametrize("megabytes", [1, 8, 64, 128])
def test_any_amount_of_memory(megabytes: int) -> None:
    machine, _ = run(HELLO, memory_bytes=megabytes << 20)
    assert machine.exit == Exit(code=0)


def test_the_path_as_a_number() -> None:
    path = [0x401000, 0x401000, 0x401005, 0x40100A, 0x401011, 0x401016, 0x401018, 0x40101D, 0x40101F]
    value = 1469598103934665603
    for address in path:
        value = (value ^ address) * 1099511628211 % 2**64
    assert step_hash(RunSpec(program=AsmProgram(HELLO)), 1000) == (9, value)
    assert step_hash(RunSpec(program=AsmProgram(HELLO)), 5)[0] == 6


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "stack overflow"])
def test_every_instruction_can_be_told(name: str) -> None:
    """At level "instruction" RIP takes every place of the program's path, and all else stays as it was."""
    text, end = PROGRAMS[name]
    spec = RunSpec(program=AsmProgram(text))
    path: list[int] = []
    Machine(spec, lambda _event: None).run(path.append)
    events: list[ev.Event] = []
    machine = Machine(msgspec.structs.replace(spec, level="instruction"), events.append)
    machine.run()
    assert machine.exit == end
    assert fold_all(events) == machine.snapshot()
    places, cpl = [], 0
    for event in events:
        if isinstance(event, ev.Ring):
            cpl = event.cpl_to
        if isinstance(event, ev.Regs | ev.Ring) and cpl == 3 and "rip" in event.regs:
            places.append(int(event.regs["rip"], 16))
    missing = [address for address in path if address not in places]
    assert not missing
    plain = [type(event) for event in run(text)[1] if not isinstance(event, ev.Regs | ev.PageIn | ev.Mem)]
    assert plain == [type(event) for event in events if not isinstance(event, ev.Regs | ev.PageIn | ev.Mem)]


def test_only_syscall_loads_a_stack_segment() -> None:
    """SDM vol. 3, 6.14.4: through a gate to another ring, 64-bit code arrives with SS null; SYSCALL takes it from STAR."""
    machine, events = run("_start: mov eax, 39\n syscall\n mov eax, 20\n int 0x80\n cli\n")
    ways = [(event.via, event.regs["ss"]) for event in events if isinstance(event, ev.Ring) and event.cpl_to == 0]
    assert ways == [("exception", "0x0"), ("syscall", "0x18"), ("int80", "0x0"), ("exception", "0x0")]
    assert fold_all(events) == machine.snapshot()
