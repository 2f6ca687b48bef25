"""Exact count of retired user instructions at nearly raw speed, by counting blocks instead of instructions.

The engine calls count.S, host machine code, before each block of user code. It looks the block up in a table of (address, size,
instructions) and adds; what is not there goes to `_slow`, which decodes. The rules of this file:

- A block counts as a whole when it begins. Whoever learns that it did not end (a fault) takes back the rest: `settle`.
- The engine executes REP as passes of a block of its own, and after the last iteration makes one more pass that finds RCX = 0
  and does nothing. Iterations count one each, as a single-stepper sees them; that last pass is taken back.
- A block on a page that is both writable and executable is never in the table, as its code may change under it.
- Blocks with an instruction that ring 3 must not execute (`decode.must_trap`), and the one block that would overrun the budget,
  are not executed: the hook stops the engine in front of them, and `step` goes on instruction by instruction.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import Literal

from emulator.cpu import decode, overlay
from emulator.cpu.engine import Engine
from emulator.cpu.hostcode import executable_page
from emulator.cpu.image import position_independent, source
from emulator.cpu.user_memory import UserMemory

COUNT, LIMIT, TABLE, SLOW, STOP, BLOCK, SIZE, REPEATED_END, EXTRA_PASSES, SEARCHING, AT_LIMIT = range(11)
"""Quadwords of the hook's own data, as count.S names their offsets."""

ENTRIES = 4096
NO_LIMIT = (1 << 63) - 1


@functools.cache
def hook_code() -> bytes:
    return position_independent(source("count.S"))[0]


Stopped = Literal["", "limit", "trap"]


class Counter:
    """Counts what `engine` retires in ring 3."""

    def __init__(self, engine: Engine, memory: UserMemory) -> None:
        self._engine = engine
        self._memory = memory
        self._page, hook = executable_page(hook_code())
        self._table = (ctypes.c_uint64 * (2 * ENTRIES))()
        self._no_table = (ctypes.c_uint64 * (2 * ENTRIES))()
        self._slow_callback = engine.callback(self._slow)
        self._step_callback = engine.callback(self._step)
        self._data = (ctypes.c_uint64 * 11)()
        self.data = memoryview(self._data).cast("B").cast("Q")
        self.data[SLOW] = ctypes.cast(self._slow_callback, ctypes.c_void_p).value or 0
        self.data[STOP] = engine.stop_function
        self.data[TABLE] = ctypes.addressof(self._table)
        self._step_hook = 0
        self._observer: Callable[[int], None] | None = None
        self._pending: int | None = None
        self._stop: Stopped = ""
        self.bits = self._block_bits = 64
        """Word size of the user's code segment; 0 = ask the CPU. And that of the last block."""
        engine.on_user_block(hook, ctypes.addressof(self._data))
        self.reset(NO_LIMIT)

    def reset(self, limit: int) -> None:
        """Start at 0, with a budget of `limit` instructions."""
        data = self.data
        data[COUNT], data[LIMIT], data[AT_LIMIT] = 0, min(limit, NO_LIMIT), 0
        data[BLOCK] = data[SIZE] = data[REPEATED_END] = data[EXTRA_PASSES] = data[SEARCHING] = 0
        self._stop = ""
        self.use_bits(64)
        self.forget()

    @property
    def value(self) -> int:
        """The count, exact after `settle`."""
        return self.data[COUNT]

    def forget(self) -> None:
        """Code has changed, or another address space is in force: no block is known any more."""
        ctypes.memset(self._table, 0, ctypes.sizeof(self._table))

    def use_bits(self, bits: int) -> None:
        """Say the word size that user code has from now on; the table knows 64-bit code only."""
        self.bits = bits
        if bits == 64:
            self._block_bits = bits
        fast = bits == 64 and not self._step_hook
        self.data[TABLE] = ctypes.addressof(self._table if fast else self._no_table)

    def block_end(self) -> int:
        """Return the address behind the last block that began."""
        return self.data[BLOCK] + self.data[SIZE]

    def last_instruction(self) -> int:
        """Return the address of the last instruction of the last block that began."""
        return self.data[BLOCK] + self._last_block().starts[-1]

    def count_before(self, rip: int) -> int:
        """Return how many instructions were completed when the one at `rip`, in the running block, is executed."""
        start, size = self.data[BLOCK], self.data[SIZE]
        ahead = sum(offset >= rip - start for offset in self._last_block().starts) if start <= rip < start + size else 0
        return self.data[COUNT] - ahead

    def settle(self, rip: int, *, completed: bool = False) -> int:
        """User code was left with RIP = `rip`: take back what has not been completed, and return the exact count.

        `completed`: it is known to have left behind an instruction, by a trap.
        """
        data = self.data
        start, size = data[BLOCK], data[SIZE]
        if completed:
            data[REPEATED_END] = data[EXTRA_PASSES] = 0
        elif start <= rip < start + size:
            at = rip - start
            data[COUNT] -= sum(offset >= at for offset in self._last_block().starts)
            data[REPEATED_END] = data[EXTRA_PASSES] = 0
            self._pending = None
        elif data[REPEATED_END]:
            self._complete_repetition()
        if self._pending is not None:
            self._observe()
        data[BLOCK] = data[SIZE] = 0
        return data[COUNT]

    def _complete_repetition(self) -> None:
        """The block that ended in REP is over: take back its empty pass, if it made one."""
        data = self.data
        if data[REPEATED_END] and data[EXTRA_PASSES]:
            if not data[SEARCHING]:
                data[COUNT] -= 1
            else:
                block = self._last_block()
                counter, zero = self._repetition_state(block)
                # A search that ended by ZF was left at once; only one that ran out of RCX made the empty pass.
                if counter == 0 and zero == (block.rep == decode.REPE):
                    data[COUNT] -= 1
        data[REPEATED_END] = data[EXTRA_PASSES] = 0

    def _last_block(self) -> decode.Block:
        address, size = self.data[BLOCK], self.data[SIZE]
        return decode.block(self._memory.code(address, size).bytes, size, self._block_bits)

    def _repetition_state(self, block: decode.Block) -> tuple[int, bool]:
        self._engine.save()
        counter = self._engine.words[overlay.RCX]
        return counter & 0xFFFF_FFFF if block.narrow else counter, bool(self._engine.flags() & 0x40)

    def _slow(self, address: int, size: int) -> None:
        """Do what count.S does, for a block that is not in the table."""
        if self._step_hook:
            return
        data = self.data
        if not self.bits:
            self.use_bits(self._engine.user_bits())
        code = self._memory.code(address, size)
        block = decode.block(code.bytes, size, self.bits)
        if data[REPEATED_END] == address + size and data[REPEATED_END]:
            data[EXTRA_PASSES] += 1
        else:
            if code.writable:
                self._take_back_changed(address, size)
            self._complete_repetition()
            if block.rep:
                data[REPEATED_END] = address + size
                data[SEARCHING] = block.rep != decode.REP
        if block.trap >= 0:
            self._stop = "trap"
            data[REPEATED_END] = 0
            self._engine.stop()
            return
        count = len(block.starts)
        if data[COUNT] + count > data[LIMIT]:
            data[AT_LIMIT] = 1
            self._engine.stop()
            return
        data[COUNT] += count
        data[BLOCK], data[SIZE] = address, size
        self._block_bits = self.bits
        if block.far:
            self.use_bits(0)
        elif not code.writable and self.bits == 64:
            slot = ((address >> 2 ^ address) & ENTRIES - 1) * 2
            rep = 0 if block.rep == decode.NO_REP else 1 if block.rep == decode.REP else 2
            self._table[slot] = address
            self._table[slot + 1] = size | count << 32 | rep << 48

    def _take_back_changed(self, address: int, size: int) -> None:
        """Take back what the last block has not completed, if it has been cut short by its own store.

        The engine leaves a block that changes itself, and begins anew at the store with a block of that one instruction.
        """
        data = self.data
        start, end = data[BLOCK], data[BLOCK] + data[SIZE]
        if not start <= address < end or address + size > end:
            return
        block = self._last_block()
        interrupted = address - start in block.starts[:-1] and address + size < end
        if interrupted or (address - start == block.starts[-1] and block.falls_through):
            data[COUNT] -= sum(offset >= address - start for offset in block.starts)

    # --- instruction by instruction ----------------------------------------------------------------------------------------

    @property
    def stepping(self) -> bool:
        return bool(self._step_hook)

    def begin_steps(self, observer: Callable[[int], None] | None = None) -> None:
        """From now on go instruction by instruction; `observer` gets the address of each that is completed.

        Only while the engine is stopped, like `end_steps`.
        """
        self._observer = observer
        self.data[BLOCK] = self.data[SIZE] = 0
        if not self._step_hook:
            self._step_hook = self._engine.add_user_step(self._step_callback)
            self._engine.flush_translations()
            self.use_bits(self.bits)

    def end_steps(self) -> None:
        """Go by blocks again."""
        if self._step_hook:
            self._engine.remove_hook(self._step_hook)
            self._step_hook = 0
            self._engine.flush_translations()
            self.use_bits(self.bits)

    def take_stop(self) -> Stopped:
        """Return why the counter stopped the engine, if it did, and forget it."""
        self._observe()
        if self.data[AT_LIMIT]:
            self.data[AT_LIMIT] = 0
            return "limit"
        stop, self._stop = self._stop, ""
        return stop

    def _step(self, address: int, _size: int) -> None:
        data = self.data
        if self._stop or data[AT_LIMIT]:
            return
        if not self.bits:
            self.use_bits(self._engine.user_bits())
        block = decode.block(self._memory.code(address, 1).bytes, 1, self.bits)
        size = block.length  # the engine does not always know it
        if data[REPEATED_END] == address + size and self._repetition_state(block)[0] == 0:
            data[REPEATED_END] = 0
            return
        if data[COUNT] >= data[LIMIT]:
            data[AT_LIMIT] = 1
            self._engine.stop()
            return
        if block.trap >= 0:
            self._stop = "trap"
            self._engine.stop()
            return
        if address == data[BLOCK] and block.falls_through:
            return  # a store into its own block: see _take_back_changed
        self._observe()
        self._pending = address
        data[COUNT] += 1
        data[BLOCK], data[SIZE] = address, size
        self._block_bits = self.bits
        data[REPEATED_END] = address + size if block.rep else 0
        if block.far:
            self.use_bits(0)

    def count_one(self, address: int) -> None:
        """The instruction at `address` was completed without the engine."""
        self._observe()
        self.data[COUNT] += 1
        self._pending = address
        self._observe()

    def _observe(self) -> None:
        """Tell the observer of the last instruction stepped, now that it is known to be completed."""
        if self._pending is not None and self._observer is not None:
            self._observer(self._pending)
        self._pending = None
