"""Whose picture is whose, and who has several photos: worked out once for each run."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from catchlight import ledger
from catchlight.company import Book, Person
from catchlight.records import Photo
from catchlight.runs import run_folder


@dataclass(frozen=True, slots=True)
class Holdings:
    """The people of each picture by its digest, and how many photos each person has, of one run."""

    book: Book = field(default_factory=Book)
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    photos: Mapping[str, int] = field(default_factory=dict)


class Shelf:
    """Keeps what was worked out for the run that was asked about last; threads may share it."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = threading.Lock()
        self._holdings = Holdings()

    def of(self, home: Path, book: Book) -> Holdings:
        """Return the holdings of a run."""
        with self._lock:
            if self._holdings.book is not book:
                self._holdings = Holdings(book, _owners(book), _photos(home, book.run))
            return self._holdings


def pictures_of(person: Person) -> set[str]:
    """Return the digests of all pictures that a page about a person shows."""
    render = person.portrait.render
    found = {render.picture, render.before, render.after, render.aligned} if render else set()
    for one in person.earlier:
        found |= {one.picture, one.before, one.after, one.aligned}
    return found - {""}


def _owners(book: Book) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for person in book.people.values():
        for digest in pictures_of(person):
            found.setdefault(digest, set()).add(person.id)
    return {digest: frozenset(people) for digest, people in found.items()}


def _photos(home: Path, run: str) -> dict[str, int]:
    """Return how many different photos each person has; nobody has any where the run does not say."""
    if not run:
        return {}
    file = run_folder(home, run) / ledger.file_name(Photo)
    if not file.is_file():
        return {}
    rows = ledger.read(file, columns=["employee", "digest"]).filter(pl.col("digest") != "")
    return dict(rows.unique().group_by("employee").len().iter_rows())
