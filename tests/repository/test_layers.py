"""The contracts of pyproject.toml hold, and what they promise is true of a running process too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENGINES = ("unicorn", "keystone")


def test_contracts(root: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["emulator.trace.timeline", "emulator.catalog", "emulator.scenario", "emulator.sandbox.client"])
def test_the_service_side_loads_no_engine(root: Path, module: str) -> None:
    """A package's __init__ runs when one of its modules is imported: import-linter does not follow that, Python does."""
    check = f"import importlib, sys; importlib.import_module({module!r}); sys.exit(any(name in sys.modules for name in {ENGINES!r}))"
    done = subprocess.run([sys.executable, "-c", check], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or f"{module} loads an engine"
