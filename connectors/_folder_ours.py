"""What Catchlight itself published into a folder: portraits that its list there names are nobody's photos."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from catchlight.errors import ConfigError
from catchlight.place import LIST, LIST_COLUMNS
from catchlight.spreadsheet import read_table
from catchlight.vault import digest_of
from connectors import _folder_disk as disk

_COLUMNS = dict[str, tuple[str, ...]].fromkeys(LIST_COLUMNS, ())


def published(root: Path, files: Iterable[str]) -> set[str]:
    """Return which of a folder's files are portraits that were published there, byte by byte, and the lists of them."""
    there = set(files)
    lists = [file for file in there if PurePosixPath(file).name == LIST]
    return {file for list_ in lists for file in _of_list(root, list_, there)}


def _of_list(root: Path, list_: str, there: set[str]) -> Iterator[str]:
    try:
        table = read_table(root / list_, _COLUMNS)
    except ConfigError:
        return
    if not {"file", "sha256", "published"} <= set(table.fields):
        return
    yield list_
    folder = list_.removesuffix(LIST)
    for row in table.rows:
        file = folder + row["file"]
        if file in there and _digest(root, file) == row["sha256"]:
            yield file


def _digest(root: Path, file: str) -> str:
    try:
        return digest_of(disk.read(root, file))
    except (OSError, ValueError):
        return ""
