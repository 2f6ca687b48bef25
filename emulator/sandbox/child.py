"""A child's one job, behind the lock: read it, assemble, run, tell, leave.

Only the warm parent imports this module, and with it the engine.
"""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING, NoReturn

import msgspec

from emulator.abi.errors import ProgramError
from emulator.loader.assembler import AssemblyFailed, assemble
from emulator.machine import Machine, PathHash
from emulator.machine import warm as warm_machine
from emulator.sandbox.delivery import Delivery, send
from emulator.sandbox.frames import FrameReader, Kind
from emulator.sandbox.messages import AssembleJob, Job, Result, RunJob, SourceSpan
from emulator.sandbox.outcome import OUT_OF_HOST_MEMORY, OUT_OF_MEMORY
from emulator.trace.run import AsmProgram, Diagnostic, ElfProgram
from emulator.trace.survey import Survey

if TYPE_CHECKING:
    from emulator.sandbox import blackbox
    from emulator.trace.events import Event

JOB_LIMIT = 64 << 20
"""Bytes of a job: a program, its files and its input."""

_DETAIL_LIMIT = 16 << 10

_kept: list[Machine] = []
"""The engine takes milliseconds to take itself apart, and the process is about to end."""

_job_decoder: msgspec.msgpack.Decoder[Job] = msgspec.msgpack.Decoder(Job)


_REHEARSAL = """
    .equ SYS_exit, 60
    .text
_start:
    lea rsi, [rip + text]               # the usual
    mov edx, offset end - offset text
    mov rax, qword ptr [rsp + 8]
    cmp rax, 1
    jne _start
1:  mov eax, SYS_exit
    xor edi, edi
    syscall
    .data
text: .ascii "rehearsal\\n"
end: .quad 1, text
"""


def warm_up() -> None:
    """Do everything a few times that is slow at first. In the warm parent, or every child born of it would do it again."""
    for _ in range(8):
        rehearse()


def rehearse() -> None:
    """Do it once more in a new child, while it has time: what it touches now it need not copy when it has a job."""
    assemble(_REHEARSAL)
    warm_machine()


def serve(channel: int, box: blackbox.Writer) -> NoReturn:
    """Do the job that comes over `channel`, and end the process."""
    try:
        job = _read_job(channel)
        if job is None:
            os._exit(0)
        result = _perform(job, channel, box)
        send(channel, Kind.RESULT, msgspec.msgpack.encode(result))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:  # the client has gone
        os._exit(0)
    os._exit(0)


def _read_job(channel: int) -> Job | None:
    reader = FrameReader(frozenset({Kind.JOB}), JOB_LIMIT)
    while data := os.read(channel, 1 << 16):
        for _, payload in reader.feed(data):
            return _job_decoder.decode(payload)
    return None


def _perform(job: Job, channel: int, box: blackbox.Writer) -> Result:
    try:
        return _assemble(job) if isinstance(job, AssembleJob) else _run(job, channel, box)
    except AssemblyFailed as failure:
        return Result(outcome="source_error", diagnostics=failure.diagnostics)
    except ProgramError as error:
        return Result(outcome="source_error", diagnostics=(Diagnostic(error.line, error.column, error.message),))
    except MemoryError:
        return Result(outcome="limit", limit="memory", message=OUT_OF_HOST_MEMORY)
    except Exception:  # noqa: BLE001 - whatever it is, it is ours, and the client must hear of it
        return Result(outcome="internal", detail=traceback.format_exc()[-_DETAIL_LIMIT:])


def _assemble(job: AssembleJob) -> Result:
    assembly = assemble(job.text)
    spans = tuple(SourceSpan(address=line.address, length=line.length, line=line.line) for line in assembly.source_map)
    return Result(outcome="assembled", source_map=spans, diagnostics=assembly.warnings)


def _run(job: RunJob, channel: int, box: blackbox.Writer) -> Result:
    spec = job.spec
    if isinstance(spec.program, AsmProgram):
        spec = msgspec.structs.replace(spec, program=ElfProgram(assemble(spec.program.text).elf))
    send(channel, Kind.RUNNING)
    delivery = Delivery(channel, box)
    path = PathHash()

    def deliver_and_hear(event: Event) -> None:
        path.hear(event)
        delivery(event)

    machine = Machine(spec, deliver_and_hear if job.path else delivery)
    _kept.append(machine)
    try:
        machine.run(path.step if job.path else None)
    finally:
        delivery.flush()
    if not job.survey:
        return Result(outcome="ran")
    return Result(
        outcome="ran", survey=Survey(path.count, path.hexadecimal, machine.files()) if job.path else Survey(None, None, machine.files())
    )
