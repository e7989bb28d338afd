"""The audit log's lines: each is sealed together with the one before it, and names people by keyed digests alone."""

import dataclasses
import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catchlight.errors import ConfigError
from catchlight.policy import read_secret
from catchlight.secret_file import make_secret

if TYPE_CHECKING:
    from catchlight.audit_anchor import Anchor

_SHORT = 16  # hex digits of a reference to a person


class Act(StrEnum):
    """What a line tells of, beside the rows of the register, which go by their own names."""

    BEGIN = "begin"  # a log begins; the detail is the number of its key
    FOUND = "found"  # a row that was there before the log
    REMOVED = "removed"  # a row that was erased or purged
    RESTORED = "restored"  # somebody accepted that the log was put back from a backup
    SIGN_IN = "sign_in"
    VIEW = "view"  # a page of the company's was looked at
    SETTINGS = "settings"  # settings were read that differ from those before
    REFRESH = "refresh"
    PLAN = "plan"
    APPLY = "apply"
    ROLLBACK = "rollback"
    EXPORT = "export"
    ERASE = "erase"
    PURGE = "purge"
    FORGOTTEN = "forgotten"  # whose a reference is: the name went


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line: what happened when, by whom and about whom (keyed digests), which row it tells of, and the seal.

    ``record`` is the keyed digest of a row of the register ("" for none); ``detail`` has no personal data.
    """

    number: str
    at: str
    act: str
    by: str
    person: str
    record: str
    detail: str
    seal: str = ""


@dataclass(frozen=True, slots=True)
class AuditName:
    """Whose a reference is. It is no part of the chain, so that it can be erased with the person."""

    reference: str
    name: str


@dataclass(frozen=True, slots=True)
class Head:
    """How many lines a log has, and the seal of the last."""

    lines: int = 0
    seal: str = ""

    def __str__(self) -> str:
        """Return it as it is mailed: the count and the seal."""
        return f"{self.lines} {self.seal}"


class Seal:
    """The key of a log, in a file for its owner alone, and where the log's head is anchored."""

    def __init__(self, file: Path, anchor: "Anchor | None" = None) -> None:
        """Use the key in ``file``; it is read when it is needed."""
        self.file = file
        self.anchor = anchor

    @cached_property
    def _key(self) -> bytes:
        return read_secret(self.file).encode()

    @property
    def number(self) -> str:
        """What tells this key from another without showing it."""
        return self._digest("key")[:_SHORT]

    def make(self) -> None:
        """Make the key unless it is there; ConfigError when that is impossible."""
        try:
            make_secret(self.file)
        except OSError as error:
            message = f"{self.file}: the key of the audit log cannot be made: {error.strerror}"
            raise ConfigError(message) from error

    def reference(self, person: str) -> str:
        """Return what stands for a person, "" for nobody."""
        return self._digest("person", person)[:_SHORT] if person else ""

    def row(self, record: Any) -> str:
        """Return the digest of a row; fields at their defaults do not count, so that a new field changes none."""
        told = {
            field.name: str(value)
            for field in dataclasses.fields(record)
            if (value := getattr(record, field.name)) != field.default
        }
        return self._digest(type(record).__name__, json.dumps(told, sort_keys=True))

    def close(self, before: str, line: AuditLine) -> AuditLine:
        """Return a line with its seal; ``before`` is the seal of the line before it."""
        open_line = dataclasses.replace(line, seal="")
        seal = self._digest("line", before, *dataclasses.astuple(open_line))
        return dataclasses.replace(line, seal=seal)

    def holds(self, before: str, line: AuditLine) -> bool:
        """Whether a line is as it was written, after the line whose seal is ``before``."""
        return hmac.compare_digest(self.close(before, line).seal, line.seal)

    def _digest(self, *parts: str) -> str:
        return hmac.new(self._key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()
