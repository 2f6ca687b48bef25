"""struct rt_sigframe: what a handler finds on its stack, and what rt_sigreturn takes back (arch/x86/kernel/signal_64.c)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulator.abi.errno import Errno
from emulator.abi.errors import SyscallError
from emulator.abi.signals import SA_ONSTACK, SA_RESTORER, SA_SIGINFO, SS_AUTODISARM, SS_DISABLE
from emulator.cpu.pt_regs import PtRegs
from emulator.kernel.signals.state import AltStack, SigAction

if TYPE_CHECKING:
    from emulator.abi.siginfo import SigInfo
    from emulator.kernel.task import Task

REDZONE = 128
FXSAVE_SIZE = 512
UCONTEXT = struct.Struct("<QQQi4xQ")
"""uc_flags, uc_link, uc_stack."""
UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS = 2, 4
SIGCONTEXT_REGS = (
    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx", "rdx", "rax", "rcx", "rsp", "rip", "rflags",
)  # fmt: skip
SIGCONTEXT = struct.Struct("<18QHHHHQQQQQ64x")
"""The registers, cs gs fs ss, err, trapno, oldmask, cr2, and where the FPU state is."""
SIZE = 8 + UCONTEXT.size + SIGCONTEXT.size + 8 + 128
MASK_AT = 8 + UCONTEXT.size + SIGCONTEXT.size
"""Offset of uc_sigmask in the frame."""
DF, RF, TF = 1 << 10, 1 << 16, 1 << 8
RESTORED_FLAGS = 0x50DD5
"""FIX_EFLAGS: AC OF DF TF SF ZF AF PF CF RF are the program's own."""
FIRST_FPU = struct.pack("<HHBxHQQII", 0x37F, 0, 0, 0, 0, 0, 0x1F80, 0xFFFF).ljust(FXSAVE_SIZE, b"\0")


def push_frame(task: Task, info: SigInfo, action: SigAction, old_mask: int) -> None:
    """Build the frame and point the registers at the handler. Raises SyscallError(EFAULT) if it can't be built."""
    regs, signals, cpu = task.regs, task.signals, task.world.cpu
    if not action.flags & SA_RESTORER:
        raise SyscallError(Errno.EFAULT, "on x86-64 a handler needs SA_RESTORER")
    rsp = regs.rsp - REDZONE
    stack = signals.alternate
    nested = stack.holds(regs.rsp)
    entering = bool(action.flags & SA_ONSTACK) and not stack.flags & SS_DISABLE and not nested
    if entering:
        rsp = stack.start + stack.size
    fpu_at = (rsp - FXSAVE_SIZE) & -64
    at = ((fpu_at - SIZE) & -16) - 8
    if (nested or entering) and not stack.holds(at) and not stack.flags & SS_DISABLE:
        raise SyscallError(Errno.EFAULT, "the alternate stack is too small for the frame")
    context = SIGCONTEXT.pack(
        *(getattr(regs, name) for name in SIGCONTEXT_REGS), regs.cs, 0, 0, regs.ss,
        signals.error, signals.trap, old_mask, signals.cr2, fpu_at,
    )  # fmt: skip
    frame = b"".join((
        action.restorer.to_bytes(8, "little"),
        UCONTEXT.pack(UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS, 0, *_visible(stack, regs.rsp)),
        context,
        old_mask.to_bytes(8, "little"),
        info.pack() if action.flags & SA_SIGINFO else b"",
    ))  # fmt: skip
    if at < 0:
        raise SyscallError(Errno.EFAULT, "there is no room for the frame")
    task.memory.write(fpu_at, cpu.get_fpu())
    task.memory.write(at, frame)
    if stack.flags & SS_AUTODISARM:
        signals.alternate = AltStack()
    regs.rdi, regs.rsi, regs.rdx, regs.rax = info.signal, at + SIZE - 128, at + 8, 0
    regs.rip, regs.rsp = action.handler, at
    regs.cs, regs.ss = 0x33, 0x2B
    regs.rflags &= ~(DF | RF | TF)
    cpu.set_fpu(FIRST_FPU)


def _visible(stack: AltStack, rsp: int) -> tuple[int, int, int]:
    """__save_altstack: the flags as they were set, SS_ONSTACK is not among them."""
    del rsp
    return stack.start, stack.flags - (1 << 32) if stack.flags >> 31 else stack.flags, stack.size


def pop_frame(task: Task) -> None:
    """rt_sigreturn: take the registers, the blocked set and the alternate stack back. Raises SyscallError(EFAULT)."""
    regs: PtRegs = task.regs
    at = regs.rsp - 8
    frame = task.memory.read(at & 0xFFFF_FFFF_FFFF_FFFF, MASK_AT + 8)
    _, _, start, flags, size = UCONTEXT.unpack_from(frame, 8)
    values = SIGCONTEXT.unpack_from(frame, 8 + UCONTEXT.size)
    task.signals.set_blocked(int.from_bytes(frame[MASK_AT:], "little"))
    old_flags = regs.rflags
    for name, value in zip(SIGCONTEXT_REGS, values, strict=False):
        setattr(regs, name, value)
    regs.rflags = (old_flags & ~RESTORED_FLAGS) | (regs.rflags & RESTORED_FLAGS & ~RF)  # RF: see Kernel.exception
    regs.cs, regs.ss = values[18] | 3, values[21] | 3
    regs.orig_rax = 0xFFFF_FFFF_FFFF_FFFF
    fpu_at = values[26]
    task.world.cpu.set_fpu(task.memory.read(fpu_at, FXSAVE_SIZE) if fpu_at else FIRST_FPU)
    if not (flags & ~(SS_AUTODISARM | SS_DISABLE | 1) & 0xFFFF_FFFF):
        task.signals.alternate = AltStack(start, flags & 0xFFFF_FFFF & ~1, size) if not flags & SS_DISABLE else AltStack()


def frame_mask(task: Task) -> int:
    """The blocked set in the frame that rt_sigreturn would take, as strace prints it."""
    data = task.memory.peek((task.regs.rsp - 8 + MASK_AT) & 0xFFFF_FFFF_FFFF_FFFF, 8)
    return int.from_bytes(data, "little") if data is not None else 0
