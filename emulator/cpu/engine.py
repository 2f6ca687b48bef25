"""Unicorn, and nothing of it outside this file: one engine, its memory, its hooks, its registers.

What the engine does not do by itself (SYSCALL, delivering exceptions) is done by the handlers it calls here. They work on a
saved copy of the CPU's state (`save`, `words`, `restore`), because writing CS through the engine's API changes the selector but
never the privilege level.

Everything that needs executable memory or a new C callback happens in the constructor: a locked-down process can't have either.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
from collections.abc import Callable
from typing import Any

import unicorn
from unicorn import unicorn_const as uc_const
from unicorn import x86_const as x86
from unicorn.unicorn_py3.unicorn import uclib

from emulator.abi.errors import EmulatorBug
from emulator.cpu import layout, msr, overlay
from emulator.cpu.memory import PhysicalMemory

VERSION = "2.1.4"
TRANSLATION_BUFFER = 16 << 20
"""Bytes of translated code kept. Unicorn's own default reserves 1 GiB."""

_SYSCALL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
_OUT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
_INTERRUPT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)
_INVALID = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
_REPLACED = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
BLOCK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p)


class _Msr(ctypes.Structure):
    _fields_ = (("number", ctypes.c_uint32), ("value", ctypes.c_uint64))


class Engine:
    """One Unicorn instance over `ram`. A handler that raises ends the emulation; `run` raises it again."""

    def __init__(self, ram: PhysicalMemory) -> None:
        if importlib.metadata.version("unicorn") != VERSION:
            raise EmulatorBug(f"the CPU overlay reads the context layout of Unicorn {VERSION} and of no other release")
        self._uc = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
        self._uc.ctl_set_tcg_buffer_size(TRANSLATION_BUFFER)
        self._uc.ctl_set_cpu_model(x86.UC_CPU_X86_EPYC)
        self._uc.ctl_exits_enabled(True)  # and none set: without this, address 0 would end the emulation
        self._handle = self._uc._uch  # noqa: SLF001 - the binding has no public name for it
        self._callbacks: list[Any] = []
        self._error: BaseException | None = None
        self._flags = ctypes.c_uint64()
        self._flags_pointer = ctypes.byref(self._flags)
        self._value = ctypes.c_uint64()
        self._value_pointer = ctypes.byref(self._value)
        self.ram = ram
        self._map(ram)
        self._context = self._uc.context_save()
        self._raw_context = self._context._context  # noqa: SLF001
        self._at_reset = ctypes.string_at(self._raw_context, uclib.uc_context_size(self._handle))
        address = ctypes.cast(self._raw_context, ctypes.c_void_p).value
        assert address is not None
        state = (ctypes.c_uint64 * overlay.WORDS).from_address(address + overlay.HEADER)
        self.words = memoryview(state).cast("B").cast("Q")
        """The saved state, as quadwords; see `overlay` for which is which."""
        self._prove_layout()

    def _map(self, ram: PhysicalMemory) -> None:
        anchor = (ctypes.c_char * ram.size).from_buffer(ram.bytes)
        self._anchor = anchor
        self._check(uclib.uc_mem_map_ptr(self._handle, 0, ram.size, uc_const.UC_PROT_ALL, ctypes.addressof(anchor)), "uc_mem_map_ptr")

    def renew(self, ram: PhysicalMemory) -> None:
        """Reset the CPU and give it other RAM; what was translated goes with the old."""
        self._check(uclib.uc_mem_unmap(self._handle, 0, self.ram.size), "uc_mem_unmap")
        self.ram = ram
        self._map(ram)
        ctypes.memmove(self._raw_context, self._at_reset, len(self._at_reset))
        self.restore()
        self.flush_translations()
        self.flush_tlb()

    def _prove_layout(self) -> None:
        """Give every register that the overlay names a value of its own, and find it where it should be."""
        self.save()
        before = bytes(self.words)
        for name, value in overlay.MARKS.items():
            self.write(name, value)
        self.save()
        if not overlay.marked(self.words):
            raise EmulatorBug("Unicorn's saved context is not laid out as the overlay says")
        self.words[:] = memoryview(before).cast("Q")
        self.restore()

    # --- registers -------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Copy the CPU's state into `words`."""
        uclib.uc_context_save(self._handle, self._raw_context)

    def restore(self) -> None:
        """Make `words` the CPU's state, privilege level and all. Page-table bases and control registers may not differ."""
        uclib.uc_context_restore(self._handle, self._raw_context)

    def flags(self) -> int:
        """Return RFLAGS, computed from however the engine keeps them."""
        uclib.uc_reg_read(self._handle, x86.UC_X86_REG_EFLAGS, self._flags_pointer)
        return self._flags.value & 0xFFFF_FFFF

    def user_bits(self) -> int:
        """Return the word size of the code segment in force."""
        self.save()
        return 64 if self.words[overlay.HFLAGS] & overlay.HFLAGS_CS64 else 32

    def _write(self, register: int, value: int) -> None:
        self._value.value = value
        uclib.uc_reg_write(self._handle, register, self._value_pointer)

    def set_rsp(self, value: int) -> None:
        self._write(x86.UC_X86_REG_RSP, value)

    def set_cr3(self, root: int) -> None:
        """Change the address space; this flushes the TLB."""
        self._write(x86.UC_X86_REG_CR3, root)

    def enter_long_mode(self, root: int) -> None:
        """Switch paging on, as a boot loader leaves a 64-bit kernel: CR3, CR4, EFER, CR0."""
        self._write(x86.UC_X86_REG_CR3, root)
        self._write(x86.UC_X86_REG_CR4, msr.CR4_VALUE)
        self.write_msr(msr.EFER, msr.EFER_VALUE)
        self._write(x86.UC_X86_REG_CR0, msr.CR0_VALUE)

    def read_msr(self, number: int) -> int:
        cell = _Msr(number, 0)
        uclib.uc_reg_read(self._handle, x86.UC_X86_REG_MSR, ctypes.byref(cell))
        return int(cell.value)

    def write_msr(self, number: int, value: int) -> None:
        cell = _Msr(number, value)
        uclib.uc_reg_write(self._handle, x86.UC_X86_REG_MSR, ctypes.byref(cell))

    def read(self, name: str) -> Any:
        """Read a register by name, such as "xmm3" or "fp0" (mantissa, exponent). Slow."""
        return self._uc.reg_read(getattr(x86, f"UC_X86_REG_{name.upper()}"))

    def write(self, name: str, value: Any) -> None:
        """Write a register by name. Slow."""
        self._uc.reg_write(getattr(x86, f"UC_X86_REG_{name.upper()}"), value)

    # --- memory ----------------------------------------------------------------------------------------------------------

    def flush_tlb(self) -> None:
        self._check(uclib.uc_ctl(self._handle, _control(uc_const.UC_CTL_TLB_FLUSH, uc_const.UC_CTL_IO_WRITE, 0)), "UC_CTL_TLB_FLUSH")

    def flush_translations(self) -> None:
        """Forget every translated block. Not from inside a hook."""
        self._check(uclib.uc_ctl(self._handle, _control(uc_const.UC_CTL_TB_FLUSH, uc_const.UC_CTL_IO_WRITE, 0)), "UC_CTL_TB_FLUSH")

    def code_written(self, physical: int, length: int) -> None:
        """Drop what was translated from this piece of RAM: to write it through the engine does that, also from inside a hook."""
        data = self.ram.read(physical, length)
        self._check(uclib.uc_mem_write(self._handle, physical, data, length), "uc_mem_write")

    # --- hooks -----------------------------------------------------------------------------------------------------------

    def on_syscall(self, handler: Callable[[], None]) -> None:
        """At SYSCALL. RIP is its address; when the handler returns, the engine adds the instruction's length to RIP."""

        def at_syscall(_uc: int, _user: int) -> None:
            try:
                handler()
            except BaseException as error:  # noqa: BLE001 - see _fail
                self._fail(error)

        self._hook_instruction(x86.UC_X86_INS_SYSCALL, _SYSCALL(at_syscall))

    def on_out(self, handler: Callable[[int, int], None]) -> None:
        """At OUT, with port and value. The engine asks no one for the right to use the port, and goes on behind it."""

        def at_out(_uc: int, port: int, _size: int, value: int, _user: int) -> None:
            try:
                handler(port, value)
            except BaseException as error:  # noqa: BLE001 - see _fail
                self._fail(error)

        self._hook_instruction(x86.UC_X86_INS_OUT, _OUT(at_out))

    def on_cpuid(self, handler: Callable[[], None]) -> None:
        self._hook_instruction(x86.UC_X86_INS_CPUID, _REPLACED(self._guarded(lambda _uc, _user: handler(), 1)))

    def on_rdtsc(self, handler: Callable[[], None]) -> None:
        self._hook_instruction(x86.UC_X86_INS_RDTSC, _REPLACED(self._guarded(lambda _uc, _user: handler(), 1)))

    def on_rdtscp(self, handler: Callable[[], None]) -> None:
        self._hook_instruction(x86.UC_X86_INS_RDTSCP, _REPLACED(self._guarded(lambda _uc, _user: handler(), 1)))

    def on_exception(self, handler: Callable[[int], None]) -> None:
        """At every exception and INT n, with its vector. RIP is the instruction's, for INT n already the next one's."""
        self._hook(uc_const.UC_HOOK_INTR, _INTERRUPT(self._guarded(lambda _uc, vector, _user: handler(vector))))

    def on_invalid(self, handler: Callable[[], None]) -> None:
        """At an instruction that is none (#UD)."""
        self._hook(uc_const.UC_HOOK_INSN_INVALID, _INVALID(self._guarded(lambda _uc, _user: handler(), True)))

    def on_user_block(self, function: int, user_data: int) -> None:
        """Before each block of user code is executed, with machine code at `function`; see `counter`."""
        self._add_hook(uc_const.UC_HOOK_BLOCK, function, user_data, 0, layout.USER_END)

    def add_user_step(self, callback: Any) -> int:
        """Before each instruction of user code, once translations are flushed: BLOCK callback `callback`. Returns a handle."""
        return self._add_hook(uc_const.UC_HOOK_CODE, callback, 0, 0, layout.USER_END)

    def remove_hook(self, hook: int) -> None:
        self._check(uclib.uc_hook_del(self._handle, hook), "uc_hook_del")

    def callback(self, handler: Callable[[int, int], None]) -> Any:
        """Return a BLOCK callback for `handler(address, size)`."""
        return BLOCK(self._guarded(lambda _uc, address, size, _user: handler(address, size)))

    def _guarded(self, call: Callable[..., None], result: object = None) -> Callable[..., object]:
        def guarded(*arguments: int) -> object:
            try:
                call(*arguments)
            except BaseException as error:  # noqa: BLE001 - see _fail
                self._fail(error)
            return result

        return guarded

    def _fail(self, error: BaseException) -> None:
        """Nothing may be raised through the engine's C code, KeyboardInterrupt included: keep it, stop, let `run` raise it."""
        if self._error is None:
            self._error = error
        uclib.uc_emu_stop(self._handle)

    def _hook_instruction(self, instruction: int, callback: Any) -> None:
        self._callbacks.append(callback)
        hook = ctypes.c_size_t()
        status = uclib.uc_hook_add(
            self._handle, ctypes.byref(hook), uc_const.UC_HOOK_INSN, callback, None, ctypes.c_uint64(1), ctypes.c_uint64(0), instruction
        )
        self._check(status, "uc_hook_add")

    def _hook(self, kind: int, callback: Any) -> None:
        self._callbacks.append(callback)
        self._add_hook(kind, callback, 0, 1, 0)

    def _add_hook(self, kind: int, function: Any, user_data: int, first: int, last: int) -> int:
        hook = ctypes.c_size_t()
        pointer = ctypes.cast(function, ctypes.c_void_p)
        status = uclib.uc_hook_add(
            self._handle, ctypes.byref(hook), kind, pointer, ctypes.c_void_p(user_data), ctypes.c_uint64(first), ctypes.c_uint64(last)
        )
        self._check(status, "uc_hook_add")
        return hook.value

    # --- running ---------------------------------------------------------------------------------------------------------

    def run(self, rip: int) -> None:
        """Emulate from `rip` until `stop`. Raises what a handler raised."""
        self._error = None
        status = uclib.uc_emu_start(self._handle, rip, 0, 0, 0)
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        self._check(status, "uc_emu_start")

    def stop(self) -> None:
        """Leave `run` at the end of the current block; in front of it, when asked before its first instruction."""
        uclib.uc_emu_stop(self._handle)

    def stop_before(self, *addresses: int) -> None:
        """Stop `run` in front of these instructions, and no others. Blocks already translated do not know it."""
        self._uc.ctl_set_exits(addresses)

    @property
    def stop_function(self) -> int:
        """Address of uc_emu_stop(uc), for machine code."""
        address = ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p).value
        assert address is not None
        return address

    def _check(self, status: int, what: str) -> None:
        if status != uc_const.UC_ERR_OK:
            raise EmulatorBug(f"{what}: {uclib.uc_strerror(status).decode()}")


def _control(kind: int, direction: int, arguments: int) -> int:
    """Encode a uc_ctl request (include/unicorn/unicorn.h, UC_CTL)."""
    return kind | arguments << 26 | direction << 30
