"""The three pipes to the world outside: stdin with the given bytes and then its end, stdout and stderr with a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.abi.constants import O_RDONLY, O_WRONLY, PAGE_SIZE
from emulator.abi.errors import BudgetExceeded
from emulator.kernel.vfs.file import OpenFile, bad_buffer
from emulator.trace.events import Output

if TYPE_CHECKING:
    from emulator.kernel.memory.iter import Source, UserIter
    from emulator.kernel.vfs.inode import Inode
    from emulator.trace.recorder import Recorder


class StdinPipe(OpenFile):
    """The read end of a pipe whose writer wrote `data` and went away."""

    positioned = False

    def __init__(self, inode: Inode, data: bytes) -> None:
        super().__init__(inode, O_RDONLY, f"pipe:[{inode.number}]")
        self.data = data
        self.taken = 0

    def read(self, to: UserIter, offset: int) -> int:
        """A piece that does not fit before a bad page stays in the pipe (fs/pipe.c, pipe_read)."""
        moved = 0
        while to.left and self.taken < len(self.data):
            piece = self.data[self.taken : min(self.taken + to.left, (self.taken // PAGE_SIZE + 1) * PAGE_SIZE)]
            if to.copy_to(piece) < len(piece):
                if not moved:
                    raise bad_buffer()
                break
            self.taken += len(piece)
            moved += len(piece)
        return moved


class OutputPipe(OpenFile):
    """The write end of a pipe that somebody empties at once. All output of a run together has one limit."""

    positioned = False

    def __init__(self, inode: Inode, stream: int, recorder: Recorder, output: dict[int, bytearray], limit: int) -> None:
        super().__init__(inode, O_WRONLY, f"pipe:[{inode.number}]")
        self.stream = stream
        self.recorder = recorder
        self.output = output
        self.limit = limit

    def write(self, source: Source, offset: int) -> int:
        """A page that can't be read whole is not written at all (fs/pipe.c, pipe_write).

        Raises BudgetExceeded("output") once the limit is reached; what fits is still delivered.
        """
        pieces: list[bytes] = []
        room = self.limit - sum(map(len, self.output.values()))
        moved = 0
        while source.left and moved <= room:
            wanted = min(PAGE_SIZE, source.left)
            piece = source.copy_from(wanted)
            if len(piece) < wanted:
                break
            pieces.append(piece)
            moved += wanted
        if not moved and source.left:
            raise bad_buffer()
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._deliver(data[:room])
        if moved > room:
            raise BudgetExceeded("output", f"the program wrote more than {self.limit} bytes")
        return moved

    def _deliver(self, data: bytes) -> None:
        if data:
            self.output[self.stream] += data
            self.recorder.emit(Output, self.stream, data)
