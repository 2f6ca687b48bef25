"""No source file outgrows its reader: 300 lines are the rule, 500 the end, and the list of those in between only shrinks."""

from __future__ import annotations

from pathlib import PurePosixPath

SUFFIXES = {".py", ".ts", ".svelte", ".css", ".js", ".html", ".S"}
SOFT, HARD = 300, 500

LARGE: dict[str, int] = {}
"""Files above the soft limit with the size they may not exceed. Lower a number when its file shrinks; add none."""


def sizes(texts: dict[str, str]) -> dict[str, int]:
    return {
        path: text.count("\n")
        for path, text in texts.items()
        if PurePosixPath(path).suffix in SUFFIXES and ".gen." not in path and "/migrations/" not in path
    }


def test_files_stay_small(texts: dict[str, str]) -> None:
    too_long = {path: lines for path, lines in sizes(texts).items() if lines > min(LARGE.get(path, SOFT), HARD)}
    assert not too_long, "split these; the way is in CONTRIBUTING.md"


def test_the_list_of_large_files_shrinks(texts: dict[str, str]) -> None:
    found = sizes(texts)
    assert set(LARGE) <= set(found), "these are gone: take them off the list"
    small = {path for path in LARGE if found[path] <= SOFT}
    assert not small, "these are small enough now: take them off the list"
    slack = {path: found[path] for path, most in LARGE.items() if found[path] < most - 20}
    assert not slack, "these have shrunk: lower their numbers"
