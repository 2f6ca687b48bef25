"""The file system a run starts with: the recording environment of the corpus, and the files of the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.kernel.time.clock import EPOCH_NS
from emulator.kernel.vfs.inode import DeviceInode, DirectoryInode
from emulator.kernel.vfs.tree import Tree

if TYPE_CHECKING:
    from emulator.kernel.world import World
    from emulator.trace.run import GuestFile

PROGRAM_PATH = "/bin/prog"
FIRST_PID = 2
"""Process 1 is the init of the run's process namespace; it is the parent and does nothing."""
_DIRECTORIES = (("bin", 0o755), ("dev", 0o755), ("etc", 0o755), ("proc", 0o555), ("tmp", 0o1777), ("home", 0o755))
_DEVICES = (("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9))
_FILES = (
    ("passwd", b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home:/bin/sh\n"),
    ("group", b"root:x:0:\nuser:x:1000:\n"),
    ("hostname", b"playground\n"),
)


def build_tree(world: World, program: bytes) -> Tree:
    """Make /bin/prog, /dev, /etc, /home, /proc, /tmp and what the spec adds. All times are the epoch of the machine."""
    tree = Tree(world.frames, world.quota, EPOCH_NS)
    made = {name: tree.add_directory(tree.root, name.encode(), mode) for name, mode in _DIRECTORIES}
    for name, minor in _DEVICES:
        device = DeviceInode(tree.next_number(), 0o666, tree.now, 1, minor)
        made["dev"].entries[name.encode()] = device
    for name, text in _FILES:
        tree.add_file(made["etc"], name.encode(), 0o644, text)
    tree.program = tree.add_file(made["bin"], b"prog", 0o755, program)
    for file in world.spec.files:
        _place(tree, file, world.spec.uid)
    tree.mounted = made["proc"]
    own = tree.add_directory(made["proc"], str(FIRST_PID).encode(), 0o555, world.spec.uid)
    tree.add_symlink(own, b"exe", PROGRAM_PATH.encode(), world.spec.uid)
    tree.add_symlink(made["proc"], b"self", str(FIRST_PID).encode())
    made["home"].uid = made["home"].gid = world.spec.uid
    return tree


def _place(tree: Tree, file: GuestFile, uid: int) -> None:
    owner = uid if file.uid is None else file.uid
    *parents, name = [part.encode("utf-8", "surrogateescape") for part in file.path.split("/") if part]
    directory = tree.root
    for part in parents:
        below = directory.entries.get(part)
        directory = below if isinstance(below, DirectoryInode) else tree.add_directory(directory, part, 0o755)
    if file.symlink is not None:
        tree.add_symlink(directory, name, file.symlink.encode("utf-8", "surrogateescape"), owner)
    elif file.directory:
        tree.add_directory(directory, name, 0o755 if file.mode is None else file.mode, owner)
    else:
        tree.add_file(directory, name, 0o644 if file.mode is None else file.mode, file.data, owner)
