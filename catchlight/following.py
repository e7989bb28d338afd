"""A process that works for another: it ends when that one is gone, and native libraries write to its log."""

import os
import time
from pathlib import Path

from catchlight.private import private_file


def follow(parent: int) -> None:
    """End when the parent is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def write_to(log: Path) -> None:
    """Let what native libraries say go to a file, not between the lines of the terminal."""
    with private_file(log).open("ab") as file:
        os.dup2(file.fileno(), 2)
