"""Mails in a folder, a Maildir or an mbox: read one by one, never changed, whatever is in them."""

import email
import mailbox
from collections.abc import Iterator
from email.message import Message as Mail
from pathlib import Path

from catchlight.errors import ConfigError

LARGEST = 5_000_000  # bytes of a mail; reports are a few thousand


def mails(place: Path) -> Iterator[tuple[str, Mail | None]]:
    """Yield each mail with a name for it; None in the place of one that is too large to be a report."""
    for name, data in _raw(place):
        yield name, email.message_from_bytes(data) if len(data) <= LARGEST else None


def _raw(place: Path) -> Iterator[tuple[str, bytes]]:
    if (place / "cur").is_dir() and (place / "new").is_dir():
        return _of(mailbox.Maildir(place, create=False))
    if place.is_dir():
        return _files(sorted(place.glob("*.eml")))
    if place.suffix.casefold() == ".eml" and place.is_file():
        return _files([place])
    return _of(mailbox.mbox(_checked(place), create=False))


def _of(box: "mailbox.Maildir | mailbox.mbox") -> Iterator[tuple[str, bytes]]:
    for key in sorted(box.keys()):
        yield str(key), box.get_bytes(key)


def _files(files: list[Path]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        with file.open("rb") as opened:
            yield file.name, opened.read(LARGEST + 1)


def _checked(place: Path) -> Path:
    """Return a file that is an mbox; ConfigError for anything else."""
    try:
        with place.open("rb") as opened:
            begins = opened.read(5)
    except OSError as error:
        message = f"{place}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if begins not in (b"", b"From "):
        message = f"{place}: give a folder of .eml files, a Maildir, an mbox, or one .eml file"
        raise ConfigError(message)
    return place
