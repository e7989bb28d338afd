"""What flows through a refresh, as frozen rows. The fields are the parquet schema."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar


class Rung(StrEnum):
    """How far a picture was changed; each photo stops at the first rung that meets the preset."""

    KEEP = "keep"
    CROP = "crop"
    BACKGROUND = "background"
    RELIGHT = "relight"
    GENERATE = "generate"


class Outcome(StrEnum):
    """What the judge says: publishable, a person should look, or a new photo is needed."""

    ACCEPT = "accept"
    REVIEW = "review"
    RETAKE = "retake"


class Answer(StrEnum):
    """What a person said about a portrait. Only the brand's side holds one back."""

    APPROVE = "approve"
    KEEP = "keep"
    RETRY = "retry"
    UPLOAD = "upload"
    REFUSE = "refuse"
    HOLD = "hold"


class Side(StrEnum):
    """For whom an answer was given: the person (themselves, a delegate, a policy) or the brand."""

    EMPLOYEE = "employee"
    BRAND = "brand"


@dataclass(frozen=True, slots=True)
class Employee:
    """One person of the company, as the directory has them. Ids are text: zeros survive.

    ``rung`` is the furthest that this person's photo may be changed ("" for no cap of their own).
    ``entity`` is the legal entity that employs them, ``language`` the one they are written to in
    (BCP 47), ``subject`` how single sign-on calls them (never an e-mail address). ``preset`` is the look
    of their group ("" for the company's).
    """

    id: str
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    email: str = ""
    department: str = ""
    title: str = ""
    country: str = ""
    rung: str = ""
    entity: str = ""
    language: str = ""
    subject: str = ""
    preset: str = ""

    @property
    def name(self) -> str:
        """The name to show."""
        return self.display_name or f"{self.given_name} {self.family_name}".strip() or self.id

    @property
    def named(self) -> bool:
        """Whether there is a name of theirs, and not the id alone, which is nothing to show to colleagues or outside."""
        return bool(self.display_name or self.given_name or self.family_name)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of one employee. ``digest`` is the sha256 of its bytes in the vault.

    Without one, ``note`` says why, and ``reason`` is its code.
    ``date`` is the day on which it was taken ("" when that is not known), ``sent`` the day on which
    the person sent it themselves.
    """

    employee: str
    file: str
    digest: str = ""
    date: str = ""
    size: int = 0
    chosen: bool = False
    note: str = ""
    sent: str = ""
    reason: str = ""

    @property
    def taken(self) -> str:
        """When it was taken, in words; "" where nothing is known."""
        return self.date or (f"date not known; sent on {self.sent}" if self.sent else "")


MADE = ("picture", "before", "after", "aligned")
"""Fields of a Render, and of a Candidate, that name the pictures which were made."""


@dataclass(frozen=True, slots=True)
class Render:
    """One portrait. ``picture``, ``before`` and ``after`` are vault digests ("" when none).

    ``recipe`` is the digest of all that decides the pixels; ``enlarged`` is output pixels per
    source pixel at the face; ``before`` and ``after`` are small WebP pictures for the sheet.
    ``aligned`` is the photo, unchanged, in the portrait's own frame.
    ``cap`` says which change the photo would have needed and who or what forbade it ("" when nothing did),
    ``painted`` what a model added, with its seed ("" for nothing).
    """

    employee: str
    recipe: str
    photo: str
    picture: str = ""
    before: str = ""
    after: str = ""
    width: int = 0
    height: int = 0
    rung: str = Rung.KEEP
    preset: str = ""
    engine: str = ""
    enlarged: float = 0.0
    seconds: float = 0.0
    reason: str = ""
    note: str = ""
    cap: str = ""
    aligned: str = ""
    painted: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One check measured on one render; ``error`` says why there is no value.

    ``score`` is the value as 0–100, for the checks that have such a scale.
    """

    employee: str
    recipe: str
    check: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    error: str = ""
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of one person's portrait, with reason codes and plain sentences."""

    employee: str
    recipe: str
    outcome: str
    reasons: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person answered about one picture (vault digest).

    ``tags`` are the reasons of another try, separated by blanks; ``notice`` is the digest of the
    notice that was shown; ``ticket`` belongs to the form that was sent, so that it counts once.
    """

    employee: str
    picture: str
    answer: str
    by: str
    at: str
    comment: str = ""
    source: str = ""
    side: str = Side.EMPLOYEE
    tags: str = ""
    notice: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One picture sent to one place, and the digest of what was there before ("" for nothing)."""

    destination: str
    employee: str
    target: str
    sent: str
    replaced: str
    state: str
    at: str
    run: str = ""


@dataclass(frozen=True, slots=True)
class PlanYes:
    """A second person's yes to exactly one plan: ``plan`` is the digest of its file."""

    plan: str
    by: str
    at: str


class _OfSomebody(Protocol):
    @property
    def employee(self) -> str:
        """Whom a row is about."""


Row = TypeVar("Row", bound=_OfSomebody)


def by_employee(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return rows by the person they are about, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.employee, []).append(row)
    return found
