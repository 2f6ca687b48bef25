from typing import Any

from emulator.kernel.vfs.inventory import MAX_FILES, inventory
from emulator.kernel.vfs.pages import Quota
from emulator.kernel.vfs.tree import Tree
from emulator.trace.survey import DATA_KEPT, FileAfter

NO_FRAMES: Any = None
"""No page is mapped here, so none is asked for."""


def tree() -> Tree:
    made = Tree(NO_FRAMES, Quota(64 << 20), 0)
    made.add_directory(made.root, b"home", 0o755)
    return made


def test_what_lies_below_home() -> None:
    made = tree()
    home = made.directory("/home")
    made.add_file(made.root, b"elsewhere", 0o644, b"x")
    made.add_file(home, b"f", 0o640, b"text")
    made.add_symlink(home, b"l", b"f")
    sub = made.add_directory(home, b"sub", 0o700)
    made.add_file(sub, b"\xff", 0o600)
    assert inventory(made) == {
        "/home/f": FileAfter(0o100640, 4, b"text"),
        "/home/l": FileAfter(0o120777, symlink="f"),
        "/home/sub": FileAfter(0o40700),
        "/home/sub/\\xff": FileAfter(0o100600, 0, b""),
    }


def test_it_has_bounds() -> None:
    made = tree()
    home = made.directory("/home")
    made.add_file(home, b"big", 0o644, b"x" * (DATA_KEPT + 1))
    assert inventory(made)["/home/big"] == FileAfter(0o100644, DATA_KEPT + 1, b"x" * DATA_KEPT)
    for number in range(MAX_FILES + 10):
        made.add_file(home, f"{number:05}".encode(), 0o644)
    assert len(inventory(made)) == MAX_FILES
