"""The head of the audit log in a second place, so that a log whose end was cut off is found out."""

import fcntl
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from catchlight.audit import Head
from catchlight.errors import ConfigError

_log = logging.getLogger("catchlight.audit")


class Anchor:
    """A file that holds the head of a log."""

    def __init__(self, file: Path) -> None:
        """Use ``file``; it is made with the first head."""
        self.file = file

    def read(self) -> Head | None:
        """Return the head that was anchored last, None when none was; ConfigError when the file is something else."""
        try:
            return _parse(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{self.file}: holds no head of an audit log: {error}"
            raise ConfigError(message) from error

    def must_be_unused(self, register: str) -> None:
        """Refuse an empty register where there was one with a log: ConfigError. An anchor that cannot be read says nothing."""
        try:
            head = self.read()
        except ConfigError as error:
            _log.warning("%s", error)
            return
        if head and head.lines:
            message = (
                f"register {register}: is lost: it is not there, or empty, and its audit log had {head.lines} lines "
                f"({self.file}). Put it back from a backup (catchlight backup restore). If there is none, catchlight audit "
                'accept "WHY" begins anew, without the answers, consents and receipts that were in it'
            )
            raise ConfigError(message)

    def advance(self, head: Head, seal_of: Callable[[int], str]) -> None:
        """Anchor a head unless a later one is there; ``seal_of`` gives the seal of a line of the log.

        Where what was anchored is not in the log any more, it stays: `catchlight audit verify` has to find it.
        """
        try:
            with self._held() as file:
                before = _parse(file.read()) or Head()
                if before.lines < head.lines and before.seal == (
                    seal_of(before.lines) if before.lines else ""
                ):
                    _write(file, head)
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the head of the audit log cannot be written to %s: %s", self.file, error)

    def replace(self, head: Head) -> None:
        """Anchor a head whatever is there; OSError when it cannot be written."""
        with self._held() as file:
            _write(file, head)

    def _held(self) -> TextIO:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o640), "r+", encoding="utf-8")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file


def _parse(text: str) -> Head | None:
    if not text.strip():
        return None
    told = json.loads(text)
    return Head(int(told["lines"]), str(told["seal"]))


def _write(file: TextIO, head: Head) -> None:
    # Longer only from one count of digits to the next: what is written takes the place of what was there.
    file.seek(0)
    file.write(json.dumps({"lines": head.lines, "seal": head.seal}) + "\n")
    file.truncate()
    file.flush()
