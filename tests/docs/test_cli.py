"""docs/cli.md names every option of every command, and no other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

OPTION = re.compile(r"--[a-z][a-z-]+")


def test_every_option_is_documented(root: Path) -> None:
    written = set(OPTION.findall((root / "docs/cli.md").read_text()))
    offered: set[str] = set()
    for command in ([], ["run"], ["corpus"]):
        done = subprocess.run([sys.executable, "-m", "emulator", *command, "--help"], cwd=root, capture_output=True, text=True, check=True)
        offered |= set(OPTION.findall(done.stdout))
    assert written == offered - {"--help"}
