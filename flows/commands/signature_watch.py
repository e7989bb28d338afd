"""The sheet of a company's signatures, drawn anew whenever a file of their folder is saved."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

EVERY = 1
"""Seconds between two looks at the folder."""


def watch(
    folder: Path, leave_out: Path, draw: Callable[[], object], wait: Callable[[float], object] = sleep
) -> None:
    """Draw now and after each change of a file below a folder (but ``leave_out``), until Ctrl-C."""
    seen: set[tuple[str, int, int]] | None = None
    try:
        while True:
            now = set(_files(folder, leave_out))
            if now != seen:
                seen = now
                draw()
            wait(EVERY)
    except KeyboardInterrupt:
        return


def _files(folder: Path, leave_out: Path) -> Iterator[tuple[str, int, int]]:
    for path in folder.rglob("*"):
        try:
            if path.is_file() and path.resolve() != leave_out.resolve():
                yield str(path), path.stat().st_mtime_ns, path.stat().st_size
        except FileNotFoundError:  # an editor saves under another name and renames
            continue
