"""What may not be in the repository: addresses in lock files, places of one machine, promises of later work, dead links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
URL = re.compile(r"\w+://")
MACHINE_PLACE = re.compile(r"(?<![\w.])/(?:work|builds|workspace|Users|root|opt)/\w")
PROMISE = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def test_python_locks_name_hashes_and_no_place(texts: dict[str, str]) -> None:
    locks = {path: text for path, text in texts.items() if path.startswith("requirements/") and path.endswith(".txt")}
    assert set(locks) == {"requirements/base.txt", "requirements/build.txt", "requirements/dev.txt"}
    for path, text in locks.items():
        assert not URL.search(text), path
        assert not re.search(r"^\s*-(?:i|f|-index|-extra-index|-find-links|-trusted-host)", text, re.MULTILINE), path
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins), path


def _values(node: Any, key: str) -> Iterator[Any]:
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        for value in node.values():
            yield from _values(value, key)


def test_the_node_lock_names_hashes_and_no_place(texts: dict[str, str]) -> None:
    lock = json.loads(texts["frontend/package-lock.json"])
    assert not list(_values(lock, "resolved"))
    assert "://" not in texts["frontend/package-lock.json"], "npm writes whom to fund: `make lock` takes that out"
    installed = {path: package for path, package in lock["packages"].items() if path}
    assert all(package.get("integrity") for package in installed.values() if not package.get("link"))


def test_no_file_knows_the_machine_it_was_written_on(texts: dict[str, str]) -> None:
    found = {f"{path}: {match.group()}" for path, text in texts.items() for match in MACHINE_PLACE.finditer(text)}
    assert not found


def test_nothing_is_left_for_later(texts: dict[str, str]) -> None:
    code = {path: text for path, text in texts.items() if PurePosixPath(path).suffix not in {".json", ".txt"}}
    found = {f"{path}:{text[: match.start()].count(chr(10)) + 1}" for path, text in code.items() for match in PROMISE.finditer(text)}
    assert not found


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_links_in_the_docs_lead_somewhere(files: dict[str, bytes], texts: dict[str, str]) -> None:
    folders = {parent.as_posix() for path in files for parent in PurePosixPath(path).parents}
    dead = []
    for path, text in texts.items():
        if not path.endswith(".md"):
            continue
        for target in LINK.findall(text):
            if URL.match(target) or target.startswith("mailto:"):
                continue
            name, _, anchor = target.partition("#")
            place = path if not name else _resolve(PurePosixPath(path).parent, name)
            if place not in files and place not in folders:
                dead.append(f"{path}: {target}")
            elif anchor and anchor not in {_anchor(heading) for heading in HEADING.findall(texts.get(place, ""))}:
                dead.append(f"{path}: {target} (no such heading)")
    assert not dead


def _resolve(folder: PurePosixPath, name: str) -> str:
    parts = list(folder.parts)
    for part in PurePosixPath(name).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or "."
