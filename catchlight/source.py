"""A source of people and photos, as all kinds of them look to the gathering: pages of entries, then their photos."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from catchlight.errors import OutsideError, PhotoError
from catchlight.records import Employee, Photo

Field = Literal[
    "employee_number", "given_name", "family_name", "display_name", "email", "username", "department", "title",
    "country", "rung", "entity", "language", "subject", "employee_type", "started", "photo_date",
]  # fmt: skip
"""What a system may know of a person. ``started`` and ``photo_date`` are ISO dates; ``subject`` is for single sign-on."""

FIELDS: tuple[str, ...] = get_args(Field)


_MORE = "\n"  # sorts before whatever a key may go on with


def another(key: str, name: str) -> str:
    """Return the key of a further photo of somebody; of such an entry only the photo and ``photo_date`` count."""
    return f"{key}{_MORE}{name}"


def owner(key: str) -> str:
    """Return whose entry a key is: its own, or the person's of whom it is a further photo."""
    return key.partition(_MORE)[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person as one system has them.

    ``key`` is the system's own id, which it gives to nobody else, or :func:`another` of it. ``photo`` is the version of the photo (an etag, a
    digest, a date): "" when the system does not say, None when it says that there is none. ``gone`` is somebody who
    left, or may not be seen any more: of them only the key counts.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    photo: str | None = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries. ``next`` is where to go on after a stop, ``then`` (last page) where the next time begins.

    Both are marks for :attr:`Source.pages`; "" for none. A mark of ``then`` gives changes only.
    """

    entries: Sequence[Entry]
    next: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one person's photo: its bytes, its version, or why there is none.

    ``picture`` None without a ``problem``: the system has no photo of this person. ``same``: the photo is still
    that of the version that was known, and was not sent.
    """

    key: str
    picture: bytes | None = None
    version: str = ""
    problem: PhotoError | None = None
    same: bool = False


class StaleMarkError(Exception):
    """The system does not go on from this mark any more, or its list changed meanwhile: everybody is listed anew, once."""


class SourceGoneError(OutsideError):
    """The source itself went while it was read, such as a disk that was taken away: no further photo is asked for."""


class MistakeError(OutsideError):
    """The connector itself made a mistake: asking it for others costs nothing, and may go well."""


@dataclass(frozen=True, slots=True)
class Source:
    """A system that people and photos are read from. Nothing is ever changed there.

    ``pages`` lists everybody from the mark "", goes on from a page's ``next``, and gives changes from a ``then``;
    it raises StaleMarkError, ConfigError (rights, settings) and OutsideError. ``photos`` is given (key, known
    version) and answers for each of them, in any order. ``recheck`` is within how many days a photo whose version
    the pages do not tell is asked for again though nothing else changed (0: each time). ``at_once`` is how many keys
    ``photos`` likes to be given together. ``findings`` is what was odd in the
    list that was read, as code and sentence. ``done`` is called once everything that was wanted is safely
    here, with the keys of all photos that are, as for a drop that is archived then.
    """

    name: str
    pages: Callable[[str], Iterator[Page]]
    photos: Callable[[Sequence[tuple[str, str]]], Iterable[Fetched]]
    recheck: float = 0
    at_once: int = 1
    findings: Callable[[], Sequence[tuple[str, str]]] = tuple
    done: Callable[[Container[str]], None] = lambda _: None
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd about the sources of a run that a person should know; ``kind`` is a stable code."""

    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Everyone of a job, their photos, and what was found odd.

    A photo's ``file`` is as its source calls it; those of a folder are fetched later, those of a job file are in the vault,
    or with a note why not.
    """

    employees: list[Employee]
    photos: list[Photo]
    findings: list[Finding]
