"""`make bench`: how fast it is, on this machine, now. Reports beside the floors; asserts nothing, since machines differ."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench import machine, page


def main() -> None:
    print("The machine alone, one process, median of five:")
    for what, speed, against in machine.measure():
        print(f"  {what:<58} {speed:>12}   {against}")
    print("The page, embedded service, headless Chromium:")
    with tempfile.TemporaryDirectory() as folder:
        for what, times, floor in page.measure(Path(folder)):
            ordered = sorted(times)
            middle, late = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
            print(f"  {what:<58} p50 {middle:5.1f} ms  p99 {late:5.1f} ms   floor {floor}")


if __name__ == "__main__":
    main()
