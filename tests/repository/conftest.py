"""The repository itself, as a set of files to hold to its rules."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SKIPPED = {
    ".git", ".venv", "node_modules", "dist", "var", "artifacts", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache",
    ".hypothesis", ".import_linter_cache", "test-results",
}  # fmt: skip
"""What .gitignore keeps out (a checkout may have been unpacked without git)."""


@pytest.fixture(scope="session")
def files(root: Path) -> dict[str, bytes]:
    """Every file of the repository, by its path from the root."""
    found: dict[str, bytes] = {}
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in SKIPPED]
        for name in names:
            path = Path(folder, name)
            if name in SKIPPED or ".sqlite3" in name or name == ".env" or path.suffix == ".pyc" or path.is_symlink():
                continue
            found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


@pytest.fixture(scope="session")
def texts(files: dict[str, bytes]) -> dict[str, str]:
    """The files among them that are text."""
    found: dict[str, str] = {}
    for path, data in files.items():
        if b"\0" not in data:
            try:
                found[path] = data.decode()
            except UnicodeDecodeError:
                continue
    return found
