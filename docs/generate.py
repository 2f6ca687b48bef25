"""docs/limits.md from the constants that the code itself uses, so that page and code can't disagree.

`make docs` writes it; `--check` compares and exits with 1 if it is stale.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "limits.md"

DUMP = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "playground.settings"
import django
django.setup()
from playground.settings import limits
from playground.runs import leases, schemas
found = {}
for module in (limits, leases, schemas):
    found |= {name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, int | float | tuple)}
print(json.dumps(found))
"""


def service(redis: str) -> dict[str, Any]:
    """Return the service's constants as they are with this REDIS_URL ("" is the embedded service)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RUN_", "REDIS", "DATABASE"))}
    command = [sys.executable, "-c", DUMP]
    done = subprocess.run(command, cwd=ROOT, env=environment | {"REDIS_URL": redis}, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def size(number: int) -> str:
    """Write a number of bytes in the largest unit that keeps it whole."""
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if number % factor == 0:
            return f"{number // factor:,} {unit}"
    return f"{number:,} bytes"


def rate(pair: list[float]) -> str:
    return f"{pair[0]:,.0f} at once, then {pair[1]:g} a second"


def table(*rows: tuple[str, str]) -> str:
    return "| | |\n|---|---|\n" + "".join(f"| {what} | {value} |\n" for what, value in rows)


def page() -> str:
    """Compose the page."""
    limits = importlib.import_module("emulator.trace.run").Limits()
    text = importlib.import_module("emulator.loader.assembler.limits")
    account = importlib.import_module("emulator.sandbox.account")
    one, many = service(""), service("redis://127.0.0.1/")
    return f"""# Limits

Written by `docs/generate.py` from the constants in the code.

## A run

A run that reaches one of these ends with the outcome `limit`, which names it. None of them is taken from the program's own word.

{
        table(
            ("instructions in user mode", f"{limits.instructions:,}"),
            ("wall time", f"{limits.wall_ms / 1000:g} s"),
            ("memory of the machine", size(limits.memory_bytes)),
            ("output", size(limits.output_bytes)),
            ("events", f"{limits.events:,}"),
            ("events, encoded", size(account.TRACE_LIMIT)),
        )
    }
## A program's text

{
        table(
            ("source", size(text.SOURCE_BYTES)),
            ("lines", f"{text.SOURCE_LINES:,}"),
            ("length of a line", f"{text.LINE_COLUMNS:,} characters"),
            ("statements, repetitions and macros written out", f"{text.STATEMENTS:,}"),
            ("depth of macros and repetitions", f"{text.EXPANSION_DEPTH:,}"),
            ("program in memory", size(text.OUTPUT_BYTES)),
            ("sections", f"{text.SECTIONS:,}"),
            ("errors reported", f"{text.DIAGNOSTICS:,}"),
        )
    }
## What goes with it

{
        table(
            ("a request", size(one["MAX_BODY_BYTES"])),
            ("arguments and environment together", size(one["MAX_ARGUMENT_BYTES"])),
            ("standard input", size(one["MAX_INPUT_BYTES"])),
            ("files together", size(one["MAX_INPUT_BYTES"])),
        )
    }
## A visitor

A service of many visitors (one with `REDIS_URL`) also gives each network address {
        one["RATE_ADDRESS_FACTOR"]
    } times a visitor's rate: a class sits behind one address.

| | on your own machine | with many visitors |
|---|---|---|
| runs | {rate(one["RATE_RUNS"])} | {rate(many["RATE_RUNS"])} |
| checks of a text | {rate(one["RATE_ASSEMBLE"])} | {rate(many["RATE_ASSEMBLE"])} |
| share links | {rate(one["RATE_LINKS"])} | {rate(many["RATE_LINKS"])} |
| open sockets | {one["MAX_SOCKETS_PER_VISITOR"]} | {many["MAX_SOCKETS_PER_VISITOR"]} |

## The service

{
        table(
            ("runs at once, for each worker process", f"{one['RUN_CONCURRENCY']}"),
            ("runs waiting", f"{one['RUN_QUEUE_CAP']}"),
            ("attempts at a run whose worker vanished", f"{one['MAX_ATTEMPTS']}"),
            ("silence after which a worker counts as vanished", f"{one['RUN_LEASE_SECONDS']:g} s"),
            ("days a run is kept", f"{one['RUN_KEEP_DAYS']}"),
        )
    }"""


def main() -> int:
    """Write the page, or check it."""
    sys.path.insert(0, str(ROOT))
    fresh = page()
    if "--check" not in sys.argv:
        PAGE.write_text(fresh)
        return 0
    return int(not PAGE.exists() or PAGE.read_text() != fresh)


if __name__ == "__main__":
    sys.exit(main())
