"""Strace text with what differs from run to run taken out, so that two traces can be compared line by line.

Lines are kept per process, in order. Pids become P1, P2.. in order of birth; addresses of the stack, of mappings, of
position-independent programs and of the break become labels numbered by first appearance in their process; clocks, random
bytes and resource usage become <T>, <RANDOM> and <N>. These are the rules of the recorded corpus ("corpora.case/1").
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Row(NamedTuple):
    """One line of a trace and the process it is about."""

    pid: int
    text: str


_UNFINISHED = " <unfinished ...>"
_LINE = re.compile(r"(\d+)\s+(.*)")
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)")
_BIRTH = re.compile(r"(?:fork|vfork|clone3?)\(.*= (\d+)$")
_CALL = re.compile(r"(\w+)\(")
_HEX_ADDRESS = re.compile(r"0x[0-9a-f]{11,16}")
_HEX_BREAK = re.compile(r"0x[0-9a-f]{5,}")

_REGIONS = (
    ("stack", 0x7FFF_FF00_0000, 0x8000_0000_0000),
    ("mmap", 0x7F00_0000_0000, 0x7FFF_FF00_0000),
    ("pie", 0x5500_0000_0000, 0x5700_0000_0000),
)


def _calls(names: str) -> frozenset[str]:
    return frozenset(names.split())


_RETURNS_PID = _calls("fork vfork clone clone3 getpid gettid getppid getpgid getpgrp getsid setsid set_tid_address wait4 waitid")
_TAKES_PID = _calls(
    "kill tkill tgkill wait4 waitid getsid getpgid setpgid pidfd_open prlimit64 rt_sigqueueinfo rt_tgsigqueueinfo process_vm_readv "
    "process_vm_writev get_robust_list ptrace sched_setaffinity sched_getaffinity sched_getscheduler sched_setscheduler setpriority "
    "getpriority kcmp"
)
_TAKES_PID_LATER = _calls("tgkill waitid rt_tgsigqueueinfo ptrace")
_TAKES_GROUP = _calls("wait4 kill")

_RESULT = re.compile(r"(\) += )(\d+)(?=$| )")
_FIRST_ARGUMENT = re.compile(r"(^\w+\()(\d+)\b")
_MIDDLE_ARGUMENT = re.compile(r"(, )(\d+)(?=, )")
_NAMED_PID = re.compile(r"(si_pid=|pid=|(?:parent_tid|child_tid|child_tidptr|pidfd)=\[|\{pid=)(\d+)")
_GROUP = re.compile(r"(\(-)(\d+)\b")
_RUNNING_TIME = re.compile(r"(tv_n?u?sec=)(?!0\b)\d+")


def read_log(text: str, program: str = "/bin/prog") -> list[Row]:
    """Return the rows of what `strace -f -o FILE` wrote, from the program's execve on; a resumed call stands where it ended."""
    lines = text.splitlines()
    start = re.compile(rf'\d+\s+execve\("{re.escape(program)}"')
    first = next((number for number, line in enumerate(lines) if start.match(line)), len(lines))
    rows: list[Row] = []
    pending: dict[int, str] = {}
    for line in lines[first:]:
        match = _LINE.fullmatch(line)
        if match is None:
            if rows:
                rows[-1] = rows[-1]._replace(text=f"{rows[-1].text}\n{line}")
            continue
        pid, said = int(match[1]), match[2]
        if said.endswith(_UNFINISHED.strip()) and not said.startswith("+++"):
            pending[pid] = said.removesuffix(_UNFINISHED.strip()).rstrip(" ")
        elif resumed := _RESUMED.match(said):
            rows.append(Row(pid, _join(pending.pop(pid, f"{resumed[1]}("), resumed[2])))
        else:
            rows.append(Row(pid, said))
    return rows + [Row(pid, head + _UNFINISHED) for pid, head in pending.items()]


def _join(head: str, rest: str) -> str:
    if head.endswith(",") and not rest.startswith(" "):
        return f"{head} {rest}"
    return head + (rest.lstrip() if head.endswith("(") else rest)


def normalise(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the comparable lines of every process, by its label."""
    names = _names(rows)
    processes: dict[int, _Process] = {}
    lines: dict[str, list[str]] = {}
    for number, (pid, said) in enumerate(rows):
        text = re.sub(r"0x[0-9a-f]+ /\*", "<envp> /*", said) if number == 0 else said
        process = processes.setdefault(pid, _Process(names))
        lines.setdefault(names[pid], []).append(process.clean(text))
    return lines


def comparable(lines: dict[str, list[str]], drop: Iterable[str] = ()) -> dict[str, list[str]]:
    """Leave out what may come at another place: deliveries of SIGCHLD, and lines that match one of the patterns `drop`."""
    patterns = [re.compile("^--- SIGCHLD "), *map(re.compile, drop)]
    return {label: [line for line in said if not any(pattern.search(line) for pattern in patterns)] for label, said in lines.items()}


def masked(lines: dict[str, list[str]], masks: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Apply a case's own substitutions (pattern, replacement) to every line."""
    for pattern, replacement in masks:
        lines = {label: [re.sub(pattern, replacement, line) for line in said] for label, said in lines.items()}
    return lines


def _names(rows: Sequence[Row]) -> dict[int, str]:
    """Label the pids in order of birth: a process is born when fork returns, or when it is first heard of."""
    heard = {row.pid for row in rows}
    order: dict[int, None] = {}
    for row in rows:
        order.setdefault(row.pid)
        birth = _BIRTH.match(row.text)
        if birth and int(birth[1]) in heard:
            order.setdefault(int(birth[1]))
    return {pid: f"P{number}" for number, pid in enumerate(order, 1)}


class _Process:
    """The labels one process has been given so far."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names
        self._labels: dict[str, str] = {}
        self._used: Counter[str] = Counter()

    def clean(self, text: str) -> str:
        match = _CALL.match(text)
        call = match[1] if match else ""
        text = self._addresses(call, text)
        text = self._pids(call, text)
        for calls, rule in _MASKS:
            if calls is None or call in calls:
                text = rule(text)
        return text

    def _label(self, kind: str, address: str) -> str:
        if address not in self._labels:
            self._used[kind] += 1
            self._labels[address] = f"<{kind}{self._used[kind]}>"
        return self._labels[address]

    def _addresses(self, call: str, text: str) -> str:
        if call == "brk":
            text = _HEX_BREAK.sub(lambda match: self._label("brk", match[0]), text)
        return _HEX_ADDRESS.sub(self._region, text)

    def _region(self, match: re.Match[str]) -> str:
        address = int(match[0], 16)
        for kind, low, high in _REGIONS:
            if low <= address < high:
                return self._label(kind, match[0])
        return match[0]

    def _pids(self, call: str, text: str) -> str:
        patterns = [
            *([_RESULT] if call in _RETURNS_PID else []),
            *([_FIRST_ARGUMENT] if call in _TAKES_PID else []),
            *([_MIDDLE_ARGUMENT] if call in _TAKES_PID_LATER else []),
            _NAMED_PID,
            *([_GROUP] if call in _TAKES_GROUP else []),
        ]
        for pattern in patterns:
            text = pattern.sub(lambda match: match[1] + self._names.get(int(match[2]), match[2]), text)
        return text


def _replace(pattern: str, replacement: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)
    return lambda text: compiled.sub(replacement, text)


def _running_times(text: str) -> str:
    return _RUNNING_TIME.sub(r"\1<T>", text)


def _second(opening: str) -> Callable[[str], str]:
    """Mask the times in the second of two structures: what was left, or what was set before."""

    def mask(text: str) -> str:
        if text.count(opening) != 2:
            return text
        place = text.rindex(opening)
        return text[:place] + _running_times(text[place:])

    return mask


_MASKS: tuple[tuple[frozenset[str] | None, Callable[[str], str]], ...] = (
    (_calls("clock_gettime gettimeofday"), _replace(r"(tv_n?u?sec=)\d+", r"\1<T>")),
    (_calls("time"), _replace(r"= \d+ .*$", "= <T>")),
    (_calls("time"), _replace(r"\[\d+[^\]]*\]", "[<T>]")),
    (
        _calls("getrusage times sysinfo wait4 waitid"),
        _replace(r"(tv_u?sec=|tms_\w+=|uptime=|ram=|swap=|procs=|high=|mem_unit=)\d+", r"\1<N>"),
    ),
    (_calls("sysinfo"), _replace(r"loads=\[[^\]]*\]", "loads=[<N>]")),
    (_calls("times"), _replace(r"= \d+$", "= <T>")),
    (None, _replace(r"\bleft (\{[^}]*\}|\d+)", "left <T>")),
    (_calls("timerfd_gettime timer_gettime getitimer"), _running_times),
    (_calls("timerfd_settime timer_settime setitimer"), _second("{it_interval")),
    (_calls("nanosleep clock_nanosleep"), _second("{tv_sec")),
    (_calls("getrandom"), _replace(r'^getrandom\("[^"]*"(?:\.\.\.)?', 'getrandom("<RANDOM>"')),
    (None, _replace(r"(si_utime|si_stime)=\d+(?: /\* [^*]*\*/)?", r"\1=<T>")),
    (None, _replace(r"<unfinished \.\.\.>\)\s+= \?", ") = ?")),
    (None, _replace(r"\)\s+= ", ") = ")),
)
"""In this order: the calls a rule is for (None: every line), and the rule."""
