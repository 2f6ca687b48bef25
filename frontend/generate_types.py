# ruff: noqa: INP001 (a script beside the page's sources, not a package)
"""Write src/protocol/events.gen.ts from the event schema; with `--check`, exit 1 if it is not what the schema gives."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "src" / "protocol" / "events.gen.ts"


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(HERE.parent))
    from emulator.trace.typescript import typescript  # noqa: PLC0415 (only findable once the repository is on the path)

    text = typescript()
    if "--check" in arguments:
        if TARGET.read_text() == text:
            return 0
        sys.stderr.write(f"{TARGET.relative_to(HERE.parent)} is not what the schema gives: run `make types`\n")
        return 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
