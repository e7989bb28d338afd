"""The company as its newest run left it: everyone's portrait, and the earlier attempts to choose from."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catchlight import ledger
from catchlight.acts import told_acts
from catchlight.namesakes import told_apart
from catchlight.records import Employee, Outcome
from catchlight.runs import Candidate, Portrait, candidates, portraits, run_folder


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the newest run: their portrait, and earlier attempts (the newest first)."""

    portrait: Portrait
    earlier: tuple[Candidate, ...] = ()

    @property
    def id(self) -> str:
        """The employee id."""
        return self.portrait.employee.id

    @property
    def name(self) -> str:
        """The name to show."""
        return self.portrait.employee.name

    @property
    def pictures(self) -> tuple[str, ...]:
        """The digests that may be approved, the newest first; () when there is none."""
        verdict = self.portrait.verdict
        usable = self.portrait.picture and verdict and verdict.outcome != Outcome.RETAKE
        own = [self.portrait.picture] if usable else []
        return (*own, *(one.picture for one in self.earlier))

    def rung_of(self, picture: str) -> str:
        """Return how far one of the pictures was changed, "" for none of them."""
        rungs = {one.picture: one.rung for one in self.earlier}
        if self.portrait.render and self.portrait.picture:
            rungs[self.portrait.picture] = self.portrait.render.rung
        return rungs.get(picture, "")


@dataclass(frozen=True, slots=True)
class Book:
    """Everyone in the newest run, by id, and the ``acts`` it would do to whom it may. ``run`` is "" when there was none.

    ``beside`` is what tells people of one name apart, by id.
    """

    run: str = ""
    people: Mapping[str, Person] = field(default_factory=dict)
    acts: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    def name(self, id_: str) -> str:
        """Return the name to show of an id, with what tells it from the same name of others; the id of who is not in the run."""
        shown, beside = self.people[id_].name if id_ in self.people else id_, self.beside.get(id_)
        return f"{shown} ({beside})" if beside else shown


class Company:
    """Reads the newest run once, and again when there is a newer one; threads may share it."""

    def __init__(self, home: Path, read: "Callable[[Path], Book] | None" = None) -> None:
        """Look into a home folder."""
        self.home = home
        self._read = read or read_book
        self._lock = threading.Lock()
        self._book, self._made = Book(), 0

    def book(self) -> Book:
        """Return everyone of the newest run; an empty book when there is none yet."""
        latest = self.home / "runs" / "latest"
        if not latest.exists():
            return Book()
        folder = run_folder(self.home)
        made = (folder / ledger.file_name(Employee)).stat().st_mtime_ns  # anew when somebody was erased
        with self._lock:
            if (self._book.run, self._made) != (folder.name, made):
                self._book, self._made = self._read(folder), made
            return self._book


def read_book(folder: Path) -> Book:
    """Read one run."""
    earlier: Mapping[str, Sequence[Candidate]] = candidates(folder)
    people = {id_: Person(one, tuple(earlier.get(id_, ()))) for id_, one in portraits(folder).items()}
    beside = told_apart([one.portrait.employee for one in people.values()])
    return Book(folder.name, people, told_acts(folder), beside)
