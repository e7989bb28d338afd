"""A table that was cut, or is still being copied, ends in the middle of a row, or of a letter."""

from collections.abc import Sequence
from pathlib import Path

from catchlight.errors import ConfigError

_FEWEST = 3  # records: the columns' names, a whole row to compare with, and the last one
_BLANK = " \t,;|"


def must_end_whole(path: Path, text: str, records: Sequence[tuple[int, list[str]]]) -> None:
    """Raise ConfigError where a table's last row has no line end and, unlike all others, fewer cells than there are columns.

    Where others are short, too, a tool leaves away what is empty at their ends, and nothing can be told.
    """
    if text.endswith("\0"):
        raise _cut(path, "it ends in bytes that are no text")
    if text.endswith(("\n", "\r")) or not text.rpartition("\n")[2].strip(_BLANK) or len(records) < _FEWEST:
        return
    width = width_of(records[0][1])
    line, last = records[-1]
    if len(last) < width and all(len(cells) >= width for _, cells in records[1:-1]):
        raise _cut(path, f"line {line} has {len(last)} of {width} cells, and no end")


def must_end_in_a_letter(path: Path, data: bytes, error: UnicodeDecodeError) -> None:
    """Raise ConfigError for UTF-8 text that ends in the middle of a letter, which would else be read as another encoding."""
    if error.reason == "unexpected end of data" and not data[: error.start].isascii():
        raise _cut(path, "its last letter is half there")


def width_of(headers: Sequence[str]) -> int:
    """Return how many columns have a name, or stand before one that has."""
    return max((number for number, header in enumerate(headers, 1) if header), default=0)


def _cut(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path}: {why}: it was cut, or is still being copied. Nothing was read of it; run again when it is whole (a whole "
        "one ends with a line end)"
    )
