"""Hostile assembly texts against the front end alone: a diagnosis or a program, soon, and no byte of this machine in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from emulator.loader.assembler import AssemblyFailed, assemble, limits

_CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from emulator.loader.assembler import AssemblyFailed, assemble
assemble("_start: mov eax, 60\\n syscall")
opened = []
watched = {"open", "os.listdir", "os.scandir", "subprocess.Popen", "socket.connect"}
sys.addaudithook(lambda event, args: opened.append((event, args)) if event in watched else None)
for path in sys.argv[2:]:
    opened.clear()
    text = Path(path).read_bytes().decode("utf-8", "replace")
    reading = len(opened)
    for source in (text, "_start:\\n" + text):
        try:
            assemble(source)
        except AssemblyFailed as failed:
            assert failed.diagnostics, path
    assert len(opened) == reading, (path, opened[reading:])
print("survived", len(sys.argv) - 2)
"""


def test_every_hostile_text_is_answered_without_a_file_touched(shared: Path, root: Path) -> None:
    texts = sorted(shared.glob("hostile/source/*.s"))
    assert len(texts) > 100
    command = [sys.executable, "-c", _CHILD, str(root), *map(str, texts)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["survived", str(len(texts))]


def test_answers_are_whole_and_hold_nothing_of_this_machine(shared: Path) -> None:
    canaries = [Path(name).read_text().strip() for name in ("/etc/hostname", "/etc/passwd") if Path(name).exists()]
    for path in sorted(shared.glob("hostile/source/*.s")):
        text = path.read_bytes().decode("utf-8", "replace")
        try:
            answer = assemble("_start:\n" + text).elf
        except AssemblyFailed as failed:
            problems = failed.diagnostics
            answer = repr(problems).encode()
        else:
            problems = ()
        assert all(0 <= found.line <= text.count("\n") + text.count("\r") + 3 and found.message for found in problems), path.name
        assert not any(len(canary) > 4 and canary.encode() in answer for canary in canaries), path.name
        assert len(answer) <= limits.OUTPUT_BYTES + 0x10000, path.name
