"""Ring events against the CPU itself: every state they tell must be the state in which an instruction was really executed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emulator.cpu import exceptions, layout
from emulator.cpu.counter import Counter
from emulator.cpu.narrator import NAMES
from emulator.cpu.paging import NX, P, PageTables, U, W
from emulator.cpu.pt_regs import FIELDS
from emulator.trace import events as ev

EXIT = "\n mov eax, 60\n syscall\n"


def watch(lab: Any) -> list[Any]:
    """Let every instruction of both rings leave the registers it began with among the events; return that list."""
    story: list[Any] = lab.events

    def step(_address: int, _size: int) -> None:
        story.append(dict(zip(NAMES, lab.cpu.registers(), strict=True)))

    callback = lab.cpu.engine.callback(step)
    lab.keep = callback
    lab.cpu.engine._add_hook(4, callback, 0, 1, 0)  # UC_HOOK_CODE
    return story


def check(story: list[Any]) -> int:
    """Fold the events; each folded state must be found, whole, where its RIP is executed next. Return how many were checked."""
    steps = [(index, item) for index, item in enumerate(story) if isinstance(item, dict)]
    of_task: dict[int, dict[str, int]] = {}
    position = checked = 0
    for item, following in zip(story, [*story[1:], None], strict=True):
        if not isinstance(item, ev.Regs | ev.Ring):
            continue
        told = {**of_task.get(item.tid, {}), **{name: int(value, 16) for name, value in item.regs.items()}}
        of_task[item.tid] = told
        if isinstance(following, ev.PageWalk) and following.access == "execute":
            continue  # nothing was executed there
        if isinstance(following, ev.Fault) and following.vector == 1:
            continue  # a trap behind the instruction: the next one comes after the handler
        while steps[position][1]["rip"] != told["rip"]:
            position += 1
            assert position < len(steps), f"{item} tells a state that never was"
        assert steps[position][1] == told, item
        checked += 1
    return checked


PROGRAMS = {
    "syscall": "_start: mov rbx, 0x1234\n stc\n std\n mov eax, 39\n syscall\n mov rcx, rax",
    "syscall with flags": (
        "_start: mov al, 0x7f\n add al, 1\n mov eax, 39\n syscall\n pushfq\n pop rdx\n or edx, 0x40000\n push rdx\n popfq\n syscall"
    ),
    "syscall with a prefix": "_start: mov eax, 39\n .byte 0x48\n syscall\n nop",
    "segment bases": "_start: mov eax, 0x1000\n wrfsbase rax\n add rax, rax\n wrgsbase rax\n mov eax, 39\n syscall\n nop",
    "page fault": "_start: mov edi, 0x600000\n mov [rdi], edi\n mov ebx, [rdi]",
    "int 0x80": "_start: xor eax, eax\n int 0x80\n nop",
    "no shadow of RF": "_start: mov edi, 0x600000\n mov [rdi], edi\n mov eax, 39\n syscall\n int 0x80",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_told_states_were_real(build: Callable, name: str) -> None:
    lab = build(PROGRAMS[name] + EXIT)
    story = watch(lab)
    lab.run()
    assert check(story) >= 8


@pytest.mark.parametrize(
    "instruction", ["cli", "ud2", "int3", "int 4", "int 5", ".byte 0xf1", "mov rax, [0x10]", "div ecx", "in al, 0x60", "jmp rsp"]
)
def test_told_states_of_exceptions_were_real(build: Callable, instruction: str) -> None:
    lab = build(f"_start: xor ecx, ecx\n stc\n {instruction}\n skip: nop{EXIT}")
    story = watch(lab)

    def skip(_lab: Any, regs: Any, what: Any) -> None:
        if what.vector not in {1, 3, 4}:
            regs.rip = resume

    code = lab.cpu.ram.read(lab.tables.translate(0x401000, "read", user=True), 64)
    resume = 0x401000 + code.index(b"\x90\xb8")
    lab.on_exception = skip
    lab.run()
    assert len(lab.exceptions) == 1
    assert check(story) >= 8


def changes(**values: int) -> Callable[[Any, Any], None]:
    def kernel(_lab: Any, regs: Any) -> None:
        for name, value in values.items():
            setattr(regs, name, value)

    return kernel


@pytest.mark.parametrize(
    ("kernel", "via"),
    [
        (changes(rax=7), "sysretq"),
        (changes(rax=7, rbx=1, r15=2), "sysretq"),
        (changes(rip=0x401010), "iretq"),
        (changes(rcx=5), "iretq"),
        (changes(r11=0x202, rflags=0x246), "iretq"),
        (changes(r11=0x246, rflags=0x246), "sysretq"),
        (changes(r11=0x302, rflags=0x302), "iretq"),
        (changes(rsp=0x7FFF_FFFF_E000), "sysretq"),
    ],
)
def test_the_way_back_is_the_one_told(build: Callable, kernel: Callable[[Any, Any], None], via: str) -> None:
    lab = build("_start: mov eax, 39\n syscall\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop" + EXIT)
    lab.on_syscall = kernel
    story = watch(lab)
    lab.run()
    assert check(story) >= 8
    back = [event for event in lab.of(ev.Ring) if event.cpl_to == 3]
    assert [event.via for event in back] == ["iretq", via]


def test_a_kernel_that_returns_nowhere_is_caught_in_ring_0(build: Callable) -> None:
    """IRETQ refuses the selector; the kernel hears of it as if ring 3 had faulted at the place it was to go to."""
    lab = build("_start: mov rbx, 0x1111\n mov r12, 0x2222\n mov eax, 39\n syscall\n nop" + EXIT)
    lab.on_syscall = changes(cs=0x3B, rip=0x401234)
    story = watch(lab)
    lab.run()
    assert [(e.vector, e.error_code) for e in lab.exceptions] == [(13, 0x38)]
    frame = lab.exceptions[0].frame
    assert (frame["rip"], frame["cs"], frame["rbx"], frame["r12"]) == (0x401234, 0x3B, 0x1111, 0x2222)
    fault = lab.of(ev.Fault)[0]
    assert (fault.cpl, fault.rip) == (0, hex(lab.cpu.entry.symbols["iretq_instruction"]))
    assert check(story) >= 8


def test_the_frame_of_a_fault_is_as_the_manual_says(build: Callable) -> None:
    lab = build("_start: mov [0x10], eax").run()
    fault = lab.of(ev.Fault)[0]
    top = lab.cpu._stack.top
    assert [(int(w.address, 16) - top, w.name) for w in fault.frame] == [
        (-8, "ss"), (-16, "rsp"), (-24, "rflags"), (-32, "cs"), (-40, "rip"), (-48, "error code")]  # fmt: skip
    assert [int(w.value, 16) for w in fault.frame] == [0x2B, 0x7FFF_FFFF_EF00, 0x202 | exceptions.RF, 0x33, 0x401000, 6]
    assert lab.exceptions[0].frame["orig_rax"] == (1 << 64) - 1


def test_entry_paths_are_as_long_as_told(build: Callable) -> None:
    lab = build("_start: mov eax, 39\n syscall\n int 0x80\n int3\n mov [0x10], eax")
    lab.on_exception = lambda lab, _regs, what: lab.cpu.stop() if what.vector == 14 else None
    story = watch(lab)
    lab.run()
    entered: int | None = None
    counts = []
    told = []
    for item in story:
        if isinstance(item, dict):
            if item["cs"] == 0x33:
                entered = 0
            elif entered is not None:
                entered += 1
        elif isinstance(item, ev.KernelEntry):
            counts.append(entered)
            told.append(item.instructions)
    # The OUT itself has been seen by then, and is not part of the way.
    assert told == [count - 1 for count in counts if count is not None]
    assert len(told) == 4


def test_ring_3_is_entered_by_iretq_from_the_boot_stack_of_the_task(build: Callable) -> None:
    lab = build("_start:" + EXIT).run()
    first = lab.of(ev.Ring)[0]
    assert (first.cpl_from, first.cpl_to, first.via) == (0, 3, "iretq")
    assert lab.cpu._stack.top > layout.KERNEL_STACKS
    assert isinstance(lab.cpu.counter, Counter)


@pytest.mark.parametrize(
    ("leave", "rsp"),
    [
        ("jmp rax", 0),
        ("call rax", 0),
        ("push rax\n ret", -8),
        ("push rax\n ret 8", -8),
        ("jmp qword ptr [0x500000]", 0),
        ("call qword ptr [0x500000]", 0),
    ],
)
def test_a_branch_out_of_this_world_has_not_happened(build: Callable, leave: str, rsp: int) -> None:
    """Recorded: #GP at the branch itself, which is not completed; RSP is as before it."""
    lab = build(f"_start: movabs rax, 0x0000800000000000\n mov [0x500000], rax\n {leave}\n")
    start = lab.frame.rsp
    path = build(f"_start: movabs rax, 0x0000800000000000\n mov [0x500000], rax\n {leave}\n").trace()
    lab.run()
    (what,) = lab.exceptions
    assert (what.vector, what.error_code) == (13, 0)
    assert what.frame["rsp"] == start + rsp
    assert what.frame["rip"] < 0x402000
    assert lab.cpu.retired() == len(path) == 2 + leave.count("\n")


def test_the_resume_flag_stays_out_of_sight(build: Callable) -> None:
    """The frame of a fault has it; ring 3 never sees it."""
    lab = build("_start: mov rbx, [0x600000]\n pushfq\n pop rdx\n mov eax, 39\n syscall\n" + EXIT).run()
    assert lab.frames[0][1]["rflags"] & 0x10000
    assert lab.frames[1][1]["rdx"] & 0x10000 == 0
    assert lab.frames[1][1]["r11"] & 0x10000 == 0


def test_two_tasks_take_turns(build: Callable) -> None:
    """Each has its kernel stack, its page tables, its registers; what is told of one is not told of the other."""
    lab = build(
        "_start: mov ebx, 6\n1: mov eax, 39\n syscall\n add r12, rbx\n mov [rsp-8], r12\n dec ebx\n jnz 1b\n mov r13, [rsp-8]" + EXIT
    )
    cpu, first = lab.cpu, lab.tables
    second = PageTables(cpu.ram, cpu.kernel_tables)
    second.map(0x401000, first.translate(0x401000, "read", user=True), P | U)
    second.map(0x7FFF_FFFF_E000, cpu.ram.allocate(), P | W | U | NX)
    top_2, frame_2 = cpu.new_kernel_stack()
    for name, value in dict(zip(FIELDS, lab.frame.values(), strict=True)).items():
        setattr(frame_2, name, value)
    frame_2.r12 = 0x1000
    tasks = [(cpu._stack.top, first), (top_2, second)]
    recorder, turn = lab.cpu._narrator.recorder, [0]

    def switch(_lab: Any, regs: Any) -> None:
        regs.rax = 0x77
        turn[0] ^= 1
        recorder.tid = 2 + turn[0]
        cpu.switch_to(*tasks[turn[0]])

    lab.on_syscall = switch
    story = watch(lab)
    lab.run()
    assert check(story) > 40
    assert lab.frames[-1][1]["r13"] in {21, 0x1000 + 21}
    assert {event.tid for event in lab.of(ev.Ring)} == {2, 3}
