"""The front door: arguments in, exit status out, and never a traceback."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, get_args

from emulator.cli import corpus, run
from emulator.cli.program import UsageError
from emulator.sandbox.client import SandboxUnavailable
from emulator.trace.run import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 4
"""Exit status for everything that is neither the program's own end (0), an error in its text (2) nor a limit (3)."""

_RUN_HELP = """\
Run PROG on the emulated CPU and kernel, in the sandbox that the service uses.

PROG is an assembly text (.asm, .s), an x86-64 ELF file, or a scenario folder. With --format strace (the default) it is like
`strace PROG`: what the program writes comes out where it would, on stdout and stderr, and the trace goes to stderr.
"""
_RUN_STATUS = "exit status: 0 the program came to an end of its own, 2 the text has errors, 3 a limit ended it, 4 anything else"
_CORPUS_HELP = """\
Run every case below DIR and compare what the model did with what Linux did: a case is a folder with an expect.json of the
schema corpora.case/1. A case that asks for something the model does not have counts as not agreed.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{self.prog}: {message}\n")


def _natural(text: str) -> int:
    value = int(text, 0)
    if value < 0:
        raise ValueError(text)
    return value


_natural.__name__ = "number"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m emulator", description="An emulated x86-64 CPU with a modelled Linux kernel.")
    parser.add_argument("-v", "--verbose", action="store_true", help="show our own log on stderr, tracebacks of our bugs included")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _add_run(commands)
    _add_corpus(commands)
    return parser


def _add_run(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "run",
        help="run one program",
        description=_RUN_HELP,
        epilog=_RUN_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(action=run.main)
    parser.add_argument("prog", metavar="PROG", type=Path)
    parser.add_argument("--arg", metavar="A", action="append", help="an argument of the program; repeatable")
    parser.add_argument("--env", metavar="K=V", action="append", help="a variable; those given replace PATH=/bin HOME=/home")
    parser.add_argument("--stdin", metavar="FILE", type=Path, help="what the program can read from descriptor 0 (default: nothing)")
    parser.add_argument("--file", metavar="GUESTPATH=HOSTPATH", action="append", help="a file in the program's world; repeatable")
    parser.add_argument("--seed", metavar="N", type=_natural, help="seed of all chance in the run (default: 0)")
    parser.add_argument("--uid", metavar="N", type=_natural, help="who runs it (default: 1000; 0 is root)")
    parser.add_argument("--level", choices=get_args(Level), help="how much is recorded (default: syscall)")
    parser.add_argument("--max-instructions", metavar="N", type=_natural, help="where the program is ended")
    parser.add_argument("--wall-ms", metavar="N", type=_natural, help="real time it may take, in milliseconds")
    parser.add_argument("--program", metavar="ID", help="which program of a scenario folder (default: its first)")
    parser.add_argument(
        "--format", choices=("strace", "json", "events"), default="strace", help="json: one object at the end; events: JSON lines"
    )


def _add_corpus(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "corpus",
        help="compare the model with recordings of Linux",
        description=_CORPUS_HELP,
        epilog="exit status: 0 all cases agree, 1 some do not, 4 they could not be run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(action=corpus.main)
    parser.add_argument("directories", metavar="DIR", type=Path, nargs="+")
    parser.add_argument("--json", action="store_true", help="one object instead of text")
    parser.add_argument(
        "--jobs", metavar="N", type=_natural, default=os.cpu_count() or 1, help="cases at a time (default: one per processor)"
    )


def _bind(argv: Sequence[str]) -> list[str]:
    """Join options that take any text with that text: argparse would take `--arg -l` for two options."""
    words = iter(argv)
    return [f"{word}={next(words, '')}" if word in ("--arg", "--env") else word for word in words]


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    arguments = _parser().parse_args(_bind(sys.argv[1:] if argv is None else argv))
    log = logging.getLogger("emulator")
    log.addHandler(logging.StreamHandler() if arguments.verbose else logging.NullHandler())
    try:
        status: int = arguments.action(arguments)
        sys.stdout.flush()
    except (UsageError, SandboxUnavailable) as error:
        print(f"python -m emulator: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status
