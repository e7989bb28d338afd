"""A place where portraits are published, as all kinds of them look to the journal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from catchlight.records import Employee
from catchlight.vault import digest_of

Purpose = Literal["intranet", "directory", "chat", "hr", "email_signature", "external_web"]
"""What a portrait is shown for: on pages of the company, in its directory and address books, in chat, beside the
personnel file, in signatures that leave the company, on pages that everybody can reach."""


LIST = "portraits.csv"
"""The list that stands beside published files, and below what its columns are called."""

LIST_COLUMNS = ("employee", "size", "file", "sha256", "run", "published", "disclosure")


@dataclass(frozen=True, slots=True)
class Takes:
    """What a kind of place takes, as its vendor documents it.

    ``size`` is the one size of a place that keeps one picture a person ("" for a place of files, which
    takes whatever sizes are asked for). ``keeps_bytes``: reading back gives what was written; otherwise
    the place encodes pictures anew and they are compared by eye. ``a_minute`` is how many writes it
    allows in a minute (0: no limit known), ``at_once`` how many calls may be under way, ``calls`` how many
    calls one person takes from backup to reading back. ``lag`` is for how many seconds reading back may
    still show the old picture. ``empties``: a write that is stopped may have removed the old picture and brought no
    new one. ``removes``: what stands can be taken off where nothing stood before. ``consent`` is the purpose that a person agrees to. ``brings`` is what
    comes there: portraits, or e-mail signatures.
    """

    size: str = ""
    most_bytes: int = 0
    keeps_bytes: bool = True
    a_minute: float = 0
    at_once: int = 1
    calls: int = 3
    lag: float = 0
    empties: bool = False
    removes: bool = True
    consent: Purpose = "intranet"
    brings: Literal["portrait", "signature"] = "portrait"


FILES = Takes()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where each person's picture goes at a place: the target by employee id, or why there is none, in a sentence."""

    targets: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)


def exactly(sent: bytes, there: bytes) -> bool:
    """Whether two pictures are the same bytes."""
    return sent == there


@dataclass(frozen=True, slots=True)
class Place:
    """A destination: its name, and how to look at, write and remove one thing there.

    ``look`` returns None for nothing; ``tidy`` clears what a stopped write left beside it. All raise
    OutsideError when the place is unwell, and PhotoError when it refuses this one picture or person.
    ``accounts`` says where each person's picture goes, at a place of people; a place of files has none and
    its targets are relative paths. ``same`` says whether what is there is what was sent. At a place that shows
    a publication all at once, ``finish`` shows it; until then the other verbs work on what will be shown.
    ``makes`` gives what a person gets instead of portrait files (their signature), from the person and the vault
    digest of their portrait: bytes by target, in which ``*`` stands for the person's file name or account.
    ``bare`` says whether nothing at all is at the place: so looks a folder whose disk is not mounted. It returns None
    where that cannot be told, and is None at a place that is no disk.
    ``discloses`` says whether people are told there that a picture was edited (None: as publish.toml says).
    ``besides`` brings what is made of all that stands published (a people wall) up to date: it is given the desk and
    the run, and returns the results of what it changed.
    """

    name: str
    look: Callable[[str], bytes | None]
    put: Callable[[str, bytes], None]
    remove: Callable[[str], None]
    tidy: Callable[[str], None] = lambda _: None
    takes: Takes = FILES
    accounts: Callable[[Sequence[Employee]], Accounts] | None = None
    same: Callable[[bytes, bytes], bool] = exactly
    finish: Callable[[], None] | None = None
    makes: Callable[[Employee, str], Mapping[str, bytes]] | None = None
    besides: Callable[[Any, str], list[Any]] | None = None
    discloses: bool | None = None
    bare: Callable[[], bool | None] | None = None

    def digest(self, target: str) -> str:
        """Return the digest of what is there, "" for nothing."""
        there = self.look(target)
        return "" if there is None else digest_of(there)
