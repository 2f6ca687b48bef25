"""The path of recorded programs, instruction by instruction, against the one a real CPU took."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulator.machine import Machine, step_hash
from emulator.trace.run import AsmProgram, RunSpec

CASES = [
    "allowed_instructions", "fpe_div", "ill_ud2", "int80_abi", "kernel_memory", "mprotect_cycle", "noncanonical_jump", "priv_control_regs",
    "priv_hlt_cli_sti", "priv_msr", "priv_port_io", "priv_swapgs_sysret", "segv_default", "segv_handler_codes", "smc", "string_ops",
    "syscall_clobbers", "write_hello",
]  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_model_walks_the_recorded_path(shared: Path, name: str) -> None:
    case = shared / "corpus" / "cases" / "open" / name
    if not case.is_dir():
        pytest.skip(f"no case {name}")
    recorded = json.loads((case / "expect.json").read_text())["expect"]["steps"]
    text = (shared / "corpus" / "tools" / "prelude.s").read_text() + "\n" + (case / "main.asm").read_text()
    spec = RunSpec(program=AsmProgram(text))
    count, value = step_hash(spec, 100_000)
    assert (count, f"{value:016x}") == (recorded["user_instructions"], recorded["rip_fnv1a64"])
    machine = Machine(spec, lambda _event: None)
    machine.run()
    assert machine.cpu.retired() == count - 1, "by blocks, and without the step that execve is to a tracer"
