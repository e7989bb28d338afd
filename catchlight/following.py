"""A process that works for another: it ends when that one is gone, and native libraries write to its log."""

import os
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path


def follow() -> None:
    """End when the process that asked for this one is gone, however it went; what this was copied from is another."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def write_to(log: Path) -> None:
    """Let what native libraries say go to a file, not between the lines of the terminal."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
