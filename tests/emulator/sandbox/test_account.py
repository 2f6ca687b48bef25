import msgspec
import pytest

from emulator.sandbox.account import Account, EventBatch, OverLimit
from emulator.sandbox.frames import FrameError
from emulator.trace import events as ev
from emulator.trace.run import Exit, Limits


def regs(seq: int) -> ev.Regs:
    return ev.Regs(seq, 10 * seq, 2 * seq, 1, {"rax": hex(seq)})


def encoded(*events: ev.Event) -> bytes:
    return msgspec.json.encode(events)


def test_events_are_booked_in_order() -> None:
    account = Account(Limits())
    items = encoded(regs(1), regs(2), ev.Output(3, 30, 6, 1, 1, b"out"), ev.Output(4, 40, 8, 1, 2, b"err"))
    assert account.take(items) == EventBatch(1, 4, items)
    assert account.take(encoded(ev.Unmodelled(5, 50, 9, 1, "fork", "-ENOSYS"))) is not None
    assert (account.last, account.instructions, account.virtual_ns) == (5, 9, 50)
    assert account.output == {1: b"out", 2: b"err"}
    assert list(account.unmodelled) == ["fork"]


def test_the_first_task_tells_the_end() -> None:
    account = Account(Limits())
    starts = [ev.TaskStart(1, 0, 0, 5, 5, 1, "prog"), ev.TaskStart(2, 0, 0, 6, 6, 5, "prog")]
    ends = [ev.TaskExit(3, 0, 0, 5, Exit(code=1), core_dumped=False), ev.TaskExit(4, 0, 0, 6, Exit(code=2), core_dumped=False)]
    account.take(encoded(*starts, *ends, ev.Stop(5, 0, 0, 6, "exited", None, "")))
    assert account.exit == Exit(code=1)
    assert account.stop is not None
    assert account.strace == ["+++ exited with 1 +++", "+++ exited with 2 +++"]


def test_what_is_known_already_is_left_out() -> None:
    account = Account(Limits())
    account.take(encoded(regs(1), regs(2)))
    assert account.take(encoded(regs(1), regs(2))) is None
    batch = account.take(encoded(regs(2), regs(3), regs(4)))
    assert batch == EventBatch(3, 4, encoded(regs(3), regs(4)))
    assert account.take(b"[]") is None


@pytest.mark.parametrize(
    "items",
    [
        encoded(regs(2)),
        encoded(regs(1), regs(3)),
        encoded(regs(1), regs(1)),
        encoded(regs(0), regs(2)),
        encoded(regs(-5)),
        b"",
        b"{}",
        b"[1]",
        b"[" * 100_000,
        b'[{"type":"regs"}]',
        b'[{"type":"rings","seq":1}]',
        encoded(regs(1))[:-3],
        encoded(regs(1)).replace(b"0x1", b"0xzz"),
        encoded(regs(1)).replace(b'"tid"', b'"tod"'),
        b"\xff\xfe",
    ],
)
def test_lies_are_refused(items: bytes) -> None:
    with pytest.raises(FrameError):
        Account(Limits()).take(items)


def test_output_ends_at_its_limit() -> None:
    account = Account(Limits(output_bytes=10))
    account.take(encoded(ev.Output(1, 0, 0, 1, 1, b"12345678")))
    with pytest.raises(OverLimit) as over:
        account.take(encoded(ev.Output(2, 0, 0, 1, 2, b"abc")))
    assert over.value.limit == "output"
    assert account.output == {1: b"12345678", 2: b"ab"}


def test_events_end_at_their_limit() -> None:
    account = Account(Limits(events=10))
    with pytest.raises(OverLimit) as over:
        account.take(encoded(*map(regs, range(1, 100))))
    assert over.value.limit == "events"
