"""The words and pictures of some people, gathered from the rows about them: what is theirs, and what is only said."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from catchlight.records import Employee

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_SAID = frozenset((
    "comment", "evidence", "file", "source", "ticket", "why", *(one.name for one in fields(Employee)),
))  # fmt: skip
"""Columns in which people, or lists of them, say what they like."""


class Belongings:
    """Digests, words and names of some people.

    ``digests`` stand where only we write; ``said`` are all that their rows hold, also where anybody could have written
    them: an answer can name any picture, and whose it is does not follow from that.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.digests: set[str] = set()
        self.said: set[str] = set()
        self.words: set[str] = set()
        self.names: set[str] = set()
        self.files: set[str] = set()

    def take(self, row: dict[str, Any]) -> None:
        """Take what a row tells."""
        self.said.update(_digests(row))
        self.digests.update(_digests({name: row[name] for name in row.keys() - _only_said(row)}))
        self.files.update(filter(None, [row.get("file")]) if isinstance(row.get("file"), str) else ())
        self.names |= {str(row.get(name) or "") for name in ("given_name", "family_name")}
        whole = f"{row.get('given_name') or ''} {row.get('family_name') or ''}".strip()
        named = (row.get("email"), row.get("display_name"), row.get("subject"), row.get("username"), whole)
        self.words |= {str(one) for one in named if one and len(str(one)) > 2}

    def but(self, others: "Belongings") -> set[str]:
        """Return the digests without those of others; what others only said takes nothing away that is known to be theirs."""
        return (self.digests - others.digests) | (self.said - others.said - others.digests)


def _only_said(row: dict[str, Any]) -> frozenset[str]:
    return _SAID | {"picture"} if "answer" in row else _SAID


def _digests(row: dict[str, Any]) -> list[str]:
    return _DIGEST.findall(" ".join(_texts(row)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
