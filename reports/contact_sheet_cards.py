"""What the contact sheet says of each person: one card, from the run's tables."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

import polars as pl

from catchlight.ledger import records
from catchlight.records import Employee, Outcome, Photo, Render, Rung, Verdict
from catchlight.vault import Vault
from reports.contact_sheet_readings import CheckText, passed
from reports.thumbs import Fit, Thumb, embed, fit_for

NOWHERE = "No department"
OUTCOMES: dict[str, str] = {
    Outcome.ACCEPT: "Accepted",
    Outcome.REVIEW: "Review",
    Outcome.RETAKE: "Retake",
}
RUNGS: dict[str, str] = {
    Rung.KEEP: "Kept as it was",
    Rung.CROP: "Crop changed",
    Rung.BACKGROUND: "Background and crop changed",
    Rung.RELIGHT: "Light, background and crop changed",
    Rung.GENERATE: "Painted in part by a model",
}
_SIDES = {"far": "far off", "outlier": "unlike the others", "failed": "not checked"}
_NO_PHOTO = ("photo.missing", "There is no photo of this person yet. Please send one.")


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason: its code, its name in the filter, and the sentence that says what to do."""

    code: str
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Card:
    """One person of the sheet; ``passed`` is (checks within their limits, checks with limits).

    ``look`` is the preset of their group, "" where it is the company's.
    """

    id: str
    name: str
    department: str
    title: str
    outcome: str
    flags: tuple[Flag, ...]
    before: Thumb
    after: Thumb
    file: str
    photo: Photo | None
    render: Render | None
    passed: tuple[int, int]
    look: str = ""

    @property
    def place(self) -> str:
        """The department to print; "" when the directory has none."""
        return "" if self.department == NOWHERE else self.department

    @property
    def done(self) -> str:
        """How the picture was made, in one line."""
        within = f"{self.passed[0]} of {self.passed[1]} checks within limits" if self.passed[1] else ""
        return " · ".join(filter(None, (self.look, self.rung, within)))

    @property
    def rung(self) -> str:
        """How far the picture was changed, in words; "" without a portrait."""
        if self.render is None or not self.render.after:
            return ""
        return RUNGS.get(self.render.rung, self.render.rung)


def cards(
    tables: Mapping[type, pl.DataFrame],
    readings: pl.DataFrame,
    checks: Mapping[str, CheckText],
    vault: Vault,
    files: Mapping[str, str],
) -> list[Card]:
    """Return one card per employee, by name; only ``readings`` of the shown renders may be given."""
    people = by_name(tables[Employee])
    verdicts = {row.employee: row for row in records(Verdict, tables[Verdict])}
    renders = {row.employee: row for row in records(Render, tables[Render])}
    photos = {row.employee: row for row in records(Photo, tables[Photo].sort("chosen"))}
    counts = passed(readings)
    fit = fit_for(len(people))

    def card(person: Employee) -> Card:
        render, verdict = renders.get(person.id), verdicts.get(person.id)
        before, after = _thumbs(vault, render, fit)
        return Card(
            id=person.id,
            name=person.name,
            department=person.department.strip() or NOWHERE,
            title=person.title,
            outcome=_outcome(verdict, render),
            flags=tuple(_flags(verdict, render, checks)),
            before=before,
            after=after,
            file=_link(files.get(person.id, "")) if after.address else "",
            photo=photos.get(person.id),
            render=render,
            passed=counts.get(person.id, (0, 0)),
            look=render.preset if render and person.preset else "",
        )

    with ThreadPoolExecutor() as pool:
        return list(pool.map(card, people))


def by_name(employees: pl.DataFrame) -> list[Employee]:
    """Return everybody once, in the order of their names."""
    people: list[Employee] = records(Employee, employees.unique("id", keep="first", maintain_order=True))
    return sorted(people, key=lambda person: (person.name.casefold(), person.id))


def _thumbs(vault: Vault, render: Render | None, fit: Fit) -> tuple[Thumb, Thumb]:
    before, after = (render.before, render.after) if render else ("", "")
    return embed(vault, before, fit, "No photo"), embed(vault, after, fit, "No new portrait")


def _outcome(verdict: Verdict | None, render: Render | None) -> str:
    if verdict is None:
        return Outcome.REVIEW if render and render.after else Outcome.RETAKE
    return verdict.outcome if verdict.outcome in OUTCOMES else Outcome.REVIEW


def _flags(verdict: Verdict | None, render: Render | None, checks: Mapping[str, CheckText]) -> Iterator[Flag]:
    for code, sentence in _reasons(verdict, render):
        label = words(code, checks)
        yield Flag(code, label, sentence or label)


def _reasons(verdict: Verdict | None, render: Render | None) -> list[tuple[str, str]]:
    if verdict and (verdict.reasons or verdict.sentences):
        return list(zip_longest(verdict.reasons, verdict.sentences, fillvalue=""))
    if render and (render.reason or (render.note and not render.after)):
        return [(render.reason, render.note)]
    return [] if render else [_NO_PHOTO]


def words(code: str, checks: Mapping[str, CheckText]) -> str:
    """Return a reason code in words: ``sharpness.low`` → ``Sharpness: low``."""
    parts = [part for part in code.split(".") if part]
    named = next((part for part in parts if part in checks), "")
    rest = " ".join(part for part in parts if part != named).replace("_", " ").replace("-", " ")
    if named:
        rest = _SIDES.get(rest, rest)
        return f"{checks[named].title}: {rest}" if rest else checks[named].title
    return rest[:1].upper() + rest[1:] or "Other reason"


def _link(file: str) -> str:
    """Return a relative address; quoting leaves no scheme and no other host."""
    return "./" + quote(file.replace("\\", "/").lstrip("/")) if file else ""


def columns(cards: list[Card]) -> dict[str, Any]:
    """Return what the page's script needs of each person, one list per field, in card order."""
    departments = sorted({card.department for card in cards}, key=str.casefold)
    reasons = sorted({(f.label, f.code) for card in cards for f in card.flags})
    place, reason = _numbers(departments), _numbers([code for _, code in reasons])
    return {
        "departments": departments,
        "reasons": [{"code": code, "label": label} for label, code in reasons],
        "people": {
            "id": [card.id for card in cards],
            "name": [card.name for card in cards],
            "title": [card.title for card in cards],
            "department": [place[card.department] for card in cards],
            "outcome": [str(card.outcome) for card in cards],
            "reasons": [sorted({reason[f.code] for f in card.flags}) for card in cards],
            "picture": [card.render.picture if card.render else "" for card in cards],
            "facts": [_facts(card) for card in cards],
        },
    }


def _numbers(values: list[str]) -> dict[str, int]:
    return {value: number for number, value in enumerate(values)}


def _facts(card: Card) -> dict[str, str]:
    """Return what was done to one picture, as label and text, without empty ones."""
    photo, render = card.photo, card.render
    made = render if render and render.after else None
    facts = {
        "Photo used": photo.file if photo else "",
        "Taken": photo.taken if photo else "",
        "Preset": card.look,
        "Change": card.rung,
        "Cap": made.cap if made else "",
        "Painted": made.painted if made else "",
        "Portrait": _resolution(made) if made and made.width else "",
        "Engine": made.engine if made else "",
    }
    return {label: text for label, text in facts.items() if text}


def _resolution(made: Render) -> str:
    """Return a portrait's size, and how much of it the camera saw where the photo was enlarged."""
    size = f"{made.width:,} × {made.height:,} px"
    if made.enlarged <= 1:
        return size
    return f"{size}, enlarged {made.enlarged:.1f}×: {made.height / made.enlarged:,.0f} px of real detail"
