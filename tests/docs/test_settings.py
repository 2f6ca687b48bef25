"""docs/settings.md names every variable the service reads, with its default."""

from __future__ import annotations

import re
from pathlib import Path

READ = re.compile(r"""(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)"(?:,\s*(?:default=)?("[^"]*"|[\w.]+))?""")


def test_every_variable_is_documented(root: Path) -> None:
    sources = [path for path in (root / "playground").rglob("*.py") if "library" not in path.parts]
    read = {name: default.strip('"') for path in sources for name, default in READ.findall(path.read_text())}
    assert read
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", (root / "docs/settings.md").read_text(), re.MULTILINE))
    assert set(rows) == set(read)
    wrong = {
        name: (default, rows[name])
        for name, default in read.items()
        if re.fullmatch(r"[\d.]+|[A-Z]+|[\d.]{7,}", default) and not rows[name].startswith(default)
    }  # fmt: skip
    assert not wrong
