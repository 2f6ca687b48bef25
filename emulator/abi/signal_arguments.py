"""Argument types of the signal calls: numbers, sets, actions and stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.abi.arguments import SignedInt
from emulator.abi.pointers import PointerType
from emulator.abi.signals import SA_FLAGS, SA_RESTORER, SS_FLAGS, show_handler, show_set, signal_name
from emulator.abi.structs import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.abi.user_memory import Call

SIGSET_SIZE = 8


def _action_text(values: dict[str, Any]) -> str:
    flags = values["sa_flags"]
    parts = [
        f"sa_handler={show_handler(values['sa_handler'])}",
        f"sa_mask={show_set(values['sa_mask'])}",
        f"sa_flags={SA_FLAGS.show(flags)}",
    ]
    if flags & SA_RESTORER:
        restorer = values["sa_restorer"]
        parts.append(f"sa_restorer={restorer:#x}" if restorer else "sa_restorer=NULL")
    return "{" + ", ".join(parts) + "}"


def _stack_text(values: dict[str, Any]) -> str:
    start = values["ss_sp"]
    where = f"{start:#x}" if start else "NULL"
    return f"{{ss_sp={where}, ss_flags={SS_FLAGS.show(values['ss_flags'])}, ss_size={values['ss_size']}}}"


SIGACTION = Layout("sigaction", ("sa_handler", "Q"), ("sa_flags", "Q"), ("sa_restorer", "Q"), ("sa_mask", "Q"), text=_action_text)
STACK = Layout("sigaltstack", ("ss_sp", "Q"), ("ss_flags", "I"), ("", "4x"), ("ss_size", "Q"), text=_stack_text)


class SignalNumber(SignedInt):
    def __init__(self, explanation: str = "the signal's number") -> None:
        super().__init__(explanation)

    def show(self, value: int, call: Call) -> str:
        return signal_name(self.decode(value, call.memory))


class SignalSet(PointerType):
    """A set the kernel reads; only a size of 8 is one."""

    c_type = "const sigset_t *"

    def __init__(self, size: str, explanation: str) -> None:
        super().__init__(explanation)
        self.size_name = size
        self.at = 0

    def bind(self, names: Sequence[str]) -> None:
        self.at = names.index(self.size_name)

    def show(self, value: int, call: Call) -> str:
        data = call.memory.peek(value, SIGSET_SIZE) if value and call.raw[self.at] == SIGSET_SIZE else None
        return super().show(value, call) if data is None else show_set(int.from_bytes(data, "little"))


class OutSignalSet(SignalSet):
    c_type = "sigset_t *"
    late = True

    def show(self, value: int, call: Call) -> str:
        return PointerType.show(self, value, call)

    def show_late(self, value: int, call: Call) -> str:
        if call.failed or call.result is None:
            return self.show(value, call)
        return SignalSet.show(self, value, call)
