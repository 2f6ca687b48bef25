"""The ways from ring 3 into ring 0: what the CPU does at SYSCALL, at an exception, at INT n, as the SDM says.

Each handler is called by the engine in the middle of the emulation, changes a saved copy of the CPU's state and puts it back.
The guest goes on in entry.S.
"""

from __future__ import annotations

from iced_x86 import Instruction

from emulator.abi.errors import EmulatorBug
from emulator.cpu import access_rights, decode, exceptions, image, overlay, reasons, transitions
from emulator.cpu.counter import Counter
from emulator.cpu.engine import Engine
from emulator.cpu.exceptions import RF, Delivery, Descriptors
from emulator.cpu.memory import PAGE_SIZE
from emulator.cpu.narrator import FaultFacts, Narrator, registers
from emulator.cpu.paging import is_canonical
from emulator.cpu.transitions import RingZero
from emulator.cpu.user_memory import UserMemory

_ICEBP = b"\xf1"
_CLEARED = exceptions.IF | exceptions.TF | exceptions.NT | RF | exceptions.VM
"""What an interrupt gate clears in RFLAGS (SDM vol. 3, 6.12.1.3)."""


class Arrivals:
    """Set `narrator` before anything runs in ring 3."""

    def __init__(self, engine: Engine, counter: Counter, memory: UserMemory) -> None:
        self._engine = engine
        self._counter = counter
        self._memory = memory
        code = image.entry_code()
        self._syscall_entry = code.symbols["entry_SYSCALL_64"]
        self._iretq = code.symbols["iretq_instruction"]
        self._descriptors: Descriptors
        self._ring0: RingZero
        self.narrator: Narrator | None = None
        self.in_ring0 = True
        self.fs_base = self.gs_base = 0
        """The user's, when ring 3 was last left, or as the kernel has set them since."""
        self.approached: set[int] = set()
        """The engine has been told to stop in front of these instructions, to begin anew there."""
        self.delivered: Delivery | None = None
        self.fault_address = 0

    def booted(self, descriptors: Descriptors, ring0: RingZero) -> None:
        """The kernel has set up its tables and is in ring 0."""
        self._descriptors = descriptors
        self._ring0 = ring0
        self.in_ring0 = True

    def syscall(self) -> None:
        """SYSCALL. The engine will add the instruction's length to RIP."""
        engine, counter, narrator = self._engine, self._counter, self.narrator
        assert narrator is not None
        engine.save()
        words = engine.words
        rip = words[overlay.RIP]
        next_rip = counter.block_end()
        if counter.bits != 64:
            self._deliver(6, None)  # an entry for 32-bit code (CSTAR) is not modelled
            words[overlay.RIP] -= next_rip - rip
            engine.restore()
            return
        retired = counter.settle(next_rip)
        flags = engine.flags()
        self.fs_base, self.gs_base = words[overlay.FS_BASE], words[overlay.GS_BASE]
        narrator.progress(registers(words, flags), retired - 1)
        entry = self._syscall_entry
        masked = transitions.syscall(words, self._ring0, flags=flags, next_rip=next_rip, entry=entry)
        narrator.syscall(retired, next_rip, masked, entry)
        words[overlay.RIP] = entry - (next_rip - rip)
        engine.restore()
        self.in_ring0 = True

    def exception(self, vector: int) -> None:
        """An exception or INT n, but for vector 6."""
        engine = self._engine
        engine.save()
        raised = engine.words[overlay.EXCEPTION]
        error_code, software = raised & 0xFFFF_FFFF, bool(raised >> 32)
        if not software:
            if vector == 13 and not is_canonical(engine.words[overlay.RIP]):
                self._take_back_jump()
            if vector == 14 and error_code & 16 and self._go_nearer():
                return
            self._deliver(vector, error_code if vector in exceptions.WITH_ERROR_CODE else None)
        elif self._descriptors.gate(vector).dpl < 3:
            self._refuse_int(vector)
        else:
            self._deliver(vector, None, software=True)
        engine.restore()

    def invalid(self) -> None:
        """What the engine takes for an invalid opcode, and INT 6."""
        engine = self._engine
        engine.save()
        words = engine.words
        rip = words[overlay.RIP]
        if words[overlay.EXCEPTION] >> 32:
            self._refuse_int(6)
        elif self._memory.read(rip, 1) == _ICEBP:
            words[overlay.RIP] = rip + 1
            self._deliver(1, None, software=True)
        elif self._mnemonic(rip) in decode.PROTECTED_NOT_INVALID:
            self._deliver(13, 0)
        else:
            self._deliver(6, None)
        engine.restore()

    def trap(self) -> None:
        """The engine has been stopped in front of an instruction that it must not execute in ring 3; its state is saved.

        LAR is executed here. Port I/O is not allowed, whatever else there is is no instruction.
        """
        words = self._engine.words
        rip = words[overlay.RIP]
        instruction = self._instruction(rip)
        if instruction is not None and access_rights.is_modelled(instruction):
            access_rights.execute(instruction, words, self._memory.ram)
            self._counter.count_one(rip)
        else:
            port_io = instruction is not None and instruction.mnemonic in decode.PORT_IO
            self._deliver(13 if port_io else 6, 0 if port_io else None)
            transitions.put_flags_to_rest(words)
        self._engine.restore()

    def _refuse_int(self, vector: int) -> None:
        """INT n by a gate that ring 3 may not use: #GP at the instruction, with the gate's index and the IDT bit."""
        self._engine.words[overlay.RIP] = self._counter.last_instruction()
        self._deliver(13, vector * 8 + 2, refused_int=True)

    def _take_back_jump(self) -> None:
        """A branch led to an address that is not canonical: a CPU finds that out before it branches, the engine after it."""
        words = self._engine.words
        if self._counter.block_end():
            words[overlay.RIP] = self._counter.last_instruction()
            instruction = self._instruction(words[overlay.RIP])
            if instruction is not None:
                words[overlay.RSP] = words[overlay.RSP] + decode.undo_stack(instruction) & 0xFFFF_FFFF_FFFF_FFFF

    def _go_nearer(self) -> bool:
        """The engine could not fetch all of a block and has executed nothing of it: let it come to the instruction it can't fetch.

        Return False if it is there already.
        """
        words = self._engine.words
        rip, missing = words[overlay.RIP], words[overlay.CR2]
        if not rip < missing <= rip + PAGE_SIZE:
            return False
        at = decode.last_before(self._memory.read(rip, missing - rip), rip, missing, self._counter.bits or 64)
        if at == rip:
            return False
        self.approached.add(at)
        self._engine.stop_before(at)
        exceptions.forget(words)
        self._engine.restore()
        return True

    def _mnemonic(self, rip: int) -> int | None:
        instruction = self._instruction(rip)
        return None if instruction is None else instruction.mnemonic

    def _instruction(self, rip: int) -> Instruction | None:
        return decode.first(self._memory.read(rip, decode.LONGEST), rip, self._counter.bits or 64)

    def _deliver(self, vector: int, error_code: int | None, *, software: bool = False, refused_int: bool = False) -> None:
        """Deliver on the saved state and tell it. `software`: RIP is already behind the instruction."""
        engine, narrator, words = self._engine, self.narrator, self._engine.words
        rip = words[overlay.RIP]
        if narrator is None:
            raise EmulatorBug(f"vector {vector} at {rip:#x} while booting")
        flags = engine.flags()
        instruction_at = self._counter.last_instruction() if software else rip
        if words[overlay.HFLAGS] & 3:
            retired = self._counter.settle(rip, completed=vector == 1)
            self.fs_base, self.gs_base = words[overlay.FS_BASE], words[overlay.GS_BASE]
        elif rip == self._iretq:
            retired = self._counter.value
        else:
            raise EmulatorBug(f"vector {vector}, error code {error_code}, in ring 0 at {rip:#x}")
        now = registers(words, flags)
        now[overlay.RIP] = instruction_at
        narrator.progress(now, retired - (instruction_at != rip))
        instruction = self._instruction(instruction_at)
        vector, error_code = self._corrected(vector, error_code, instruction)
        done = exceptions.deliver(
            words, self._ring0, self._descriptors, vector=vector, error_code=error_code, flags=flags, software=software
        )
        self.delivered, self.in_ring0 = done, True
        self.fault_address = words[overlay.CR2] if vector == 14 else 0
        facts = None
        if vector != 0x80:
            code = error_code or 0
            address = self.fault_address if vector == 14 else None
            walk = () if address is None else self._memory.walk(address)
            access = "execute" if code & 16 else "write" if code & 2 else "read"
            why = reasons.why(vector, code, address=address, instruction=instruction, software=refused_int, walk=walk)
            text = "(not fetched)" if vector == 14 and code & 16 else decode.text(instruction)
            facts = FaultFacts(address, image.STUBS[vector], text, why, walk, access)
        via = "int80" if vector == 0x80 else "interrupt" if software else "exception"
        narrator.delivered(done, retired, flags & ~_CLEARED, facts, via)

    def _corrected(self, vector: int, error_code: int | None, instruction: Instruction | None) -> tuple[int, int | None]:
        """Return what a real CPU raises where the engine raises something near it (each recorded on real CPUs)."""
        if instruction is None:
            return vector, error_code
        if vector == 13 and not error_code and decode.uses_stack_segment(instruction):
            address = decode.stack_address(instruction, self._engine.words[: overlay.GPRS].tolist())
            if not is_canonical(address):
                return 12, 0
        if vector == 14 and error_code is not None and not error_code & 0x12 and decode.modifies_memory(instruction):
            return 14, error_code | 2
        return vector, error_code
