"""The whole way: client, warm parent, locked-down child, engine."""

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from emulator.loader.assembler import assemble
from emulator.sandbox.client import RunHandle, Sandbox
from emulator.trace import events as ev
from emulator.trace.run import ElfProgram, Exit, Report, RunSpec
from tests.emulator.sandbox import programs
from tests.emulator.sandbox.programs import spec


def finish(run: RunHandle) -> tuple[list[ev.Event], Report]:
    items = [event for batch in run.batches() for event in msgspec.json.decode(batch.items, type=list[ev.AnyEvent])]
    return items, run.report


def report(sandbox: Sandbox, given: RunSpec) -> Report:
    return finish(sandbox.start(given))[1]


def test_hello(sandbox: Sandbox) -> None:
    events, told = finish(sandbox.start(spec(programs.hello())))
    assert (told.outcome, told.exit, told.stdout, told.stderr) == ("exited", Exit(code=0), b"Hello, world!\n", b"")
    assert [" ".join(line.split()) for line in told.strace] == [
        'execve("/bin/prog", ["prog"], 0x7fffffffe' + told.strace[0].split("0x7fffffffe")[1],
        'write(1, "Hello, world!\\n", 14) = 14',
        "exit(0) = ?",
        "+++ exited with 0 +++",
    ]
    assert told.instructions == 8
    assert [event.seq for event in events] == list(range(1, told.events + 1))
    assert isinstance(events[0], ev.Keyframe)
    assert isinstance(events[-1], ev.Stop)


def test_an_elf_file_runs_like_the_text_it_was_made_from(sandbox: Sandbox) -> None:
    text = spec(programs.hello())
    file = msgspec.structs.replace(text, program=ElfProgram(assemble(programs.hello()).elf))
    assert finish(sandbox.start(file)) == finish(sandbox.start(text))


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ" * 400, b"\x7fELF" + bytes(300)])
def test_a_file_that_is_no_program_is_told_so(sandbox: Sandbox, data: bytes) -> None:
    told = report(sandbox, RunSpec(program=ElfProgram(data)))
    assert told.outcome == "source_error"
    assert told.diagnostics[0].line == 0


def test_a_run_is_the_same_every_time(sandbox: Sandbox) -> None:
    assert finish(sandbox.start(spec(programs.hello()))) == finish(sandbox.start(spec(programs.hello())))


@pytest.mark.parametrize(
    ("text", "options", "outcome", "limit"),
    [
        (programs.hello(status=3), {}, "exited", None),
        (programs.NULL_JUMP, {}, "signaled", None),
        (programs.SPIN, {"instructions": 1_000_000}, "limit", "instructions"),
        (programs.SPIN, {"instructions": 1 << 50, "wall_ms": 300}, "limit", "wall"),
        (programs.WRITE_FLOOD, {}, "limit", "output"),
        (programs.WRITE_FLOOD, {"events": 1000}, "limit", "events"),
        (programs.LOCK_BTS, {}, "engine_crash", None),
        (programs.WRONG, {}, "source_error", None),
        ("", {}, "source_error", None),
    ],
)
def test_every_way_to_end_is_told(sandbox: Sandbox, text: str, options: dict[str, int], outcome: str, limit: str | None) -> None:
    told = report(sandbox, spec(text, **options))
    assert (told.outcome, told.limit) == (outcome, limit)
    assert bool(told.message) == (outcome in ("limit", "engine_crash"))
    assert bool(told.diagnostics) == (outcome == "source_error")
    assert report(sandbox, spec(programs.hello())).outcome == "exited"


def test_an_engine_crash_still_shows_what_came_before(sandbox: Sandbox) -> None:
    told = report(sandbox, spec(programs.LOCK_BTS))
    assert told.stdout == b"Hello, world!\n"
    assert told.strace[-1].startswith('write(1, "Hello, world!\\n", 14)')


def test_all_errors_of_a_text(sandbox: Sandbox) -> None:
    told = sandbox.assemble(programs.WRONG)
    assert told.outcome == "source_error"
    assert {one.line for one in told.diagnostics} == {2, 3, 5}


def test_where_the_lines_went(sandbox: Sandbox) -> None:
    told = sandbox.assemble(programs.hello())
    assert (told.outcome, told.diagnostics) == ("exited", ())
    assert [(span.line, span.address) for span in told.source_map[:2]] == [(2, 0x401000), (3, 0x401005)]


def test_cancel(sandbox: Sandbox) -> None:
    run = sandbox.start(spec(programs.SPIN, instructions=1 << 50))
    batches = run.batches()
    assert next(batches).first == 1
    threading.Timer(0.05, run.cancel).start()
    for _ in batches:
        pass
    assert run.report.outcome == "cancelled"
    assert run.report.events > 0
    assert report(sandbox, spec(programs.hello())).outcome == "exited"


def test_killers_in_flight_hurt_nobody(sandbox: Sandbox) -> None:
    """32 that abort the engine, spin or flood, and 8 good ones among them, all at once."""
    killers = [
        spec([programs.LOCK_BTS, programs.SPIN, programs.WRITE_FLOOD, programs.NULL_JUMP][n % 4], wall_ms=2_000, instructions=20_000_000)
        for n in range(32)
    ]
    good = [spec(programs.hello(f"good {n}")) for n in range(8)]
    jobs = [job for n in range(8) for job in (*killers[4 * n : 4 * n + 4], good[n])]
    with ThreadPoolExecutor(40) as pool:
        told = list(pool.map(lambda job: report(sandbox, job), jobs))
    for n in range(8):
        assert (told[5 * n + 4].outcome, told[5 * n + 4].stdout) == ("exited", f"good {n}".encode())
        outcomes = [one.outcome for one in told[5 * n : 5 * n + 4]]
        assert outcomes[0] == "engine_crash"
        assert outcomes[1:3] == ["limit", "limit"]
        assert outcomes[3] == "signaled"


def test_large_inputs_reach_the_program(sandbox: Sandbox) -> None:
    """A job of several frames: 3 MiB on stdin, of which the program copies the first bytes."""
    text = (
        "_start:\n    xor eax, eax\n    xor edi, edi\n    lea rsi, [rsp - 4096]\n    mov edx, 16\n    syscall\n"
        "    mov edx, eax\n    mov eax, 1\n    mov edi, 1\n    lea rsi, [rsp - 4096]\n    syscall\n" + programs.EXIT.format(status=0)
    )
    told = report(sandbox, spec(text, stdin=b"0123456789abcdef" * (3 << 16)))
    assert (told.outcome, told.stdout) == ("exited", b"0123456789abcdef")
