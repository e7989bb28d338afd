"""Processes as /proc shows them: the family of one, and who of it is still alive."""

import time
from collections import defaultdict
from pathlib import Path

Process = tuple[int, int]  # process id and start time: ids are used again


def _read(pid: str) -> tuple[Process, int] | None:
    """Return a process and its parent; None when it is gone or only waits to be counted."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else ((int(pid), int(fields[19])), int(fields[1]))


def family(pid: int) -> set[Process]:
    """Return a process's children and theirs, without itself."""
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        found = _read(entry.name)
        if found:
            children[found[1]].append(found[0])
    known: set[Process] = set()
    todo = [pid]
    while todo:
        for child in children[todo.pop()]:
            known.add(child)
            todo.append(child[0])
    return known


def command(process: Process) -> str:
    """Return the command line of a process, "" when it is gone."""
    try:
        return Path(f"/proc/{process[0]}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(processes: set[Process]) -> set[Process]:
    """Return who of them is still there."""
    return {one for one in processes if (found := _read(str(one[0]))) and found[0] == one}


def outlive(processes: set[Process], seconds: float) -> dict[Process, str]:
    """Wait at most so long for all of them to end; return who is left, with their command."""
    until = time.monotonic() + seconds
    while alive(processes) and time.monotonic() < until:
        time.sleep(0.1)
    return {one: command(one) for one in alive(processes)}
