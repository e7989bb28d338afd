"""The page of a plan: whose picture changes and how, who is taken off, who is left out and why."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from catchlight.errors import OutsideError
from catchlight.formats import BROKEN
from catchlight.publish_plan import PICTURES, FilePlan, PersonPlan, Plan, telling
from catchlight.publish_time import in_words
from catchlight.vault import Vault
from reports.templates import templates
from reports.thumbs import Fit, Thumb, shrink, thumb

MOST_SHOWN = 500
_FIT = Fit(96, 3_000)
_TITLES = {"new": "New", "change": "Changed", "conflict": "Theirs stays"}


@dataclass(slots=True)
class Seen:
    """Small pictures of what would be replaced, of the first people only: a plan of 10,000 stays small.

    Threads call it; a person's first picture counts.
    """

    thumbs: dict[str, Thumb] = field(default_factory=dict)

    def __call__(self, employee: str, there: bytes) -> None:
        """Take in what is there now."""
        if employee not in self.thumbs and len(self.thumbs) < MOST_SHOWN:
            try:
                self.thumbs[employee] = thumb(shrink(there, _FIT))
            except BROKEN:
                self.thumbs[employee] = Thumb(note="not a picture")


def publish_sheet(plan: Plan, names: Mapping[str, str], seen: Seen, vault: Vault, place: str = "") -> str:
    """Return the page of a plan; ``names`` are people's names by id, ``place`` is what IT calls where they go."""
    where = plan.destination.removeprefix("folder:")
    changing = [person for person in plan.people if person.change != "unchanged"]
    reasons: dict[str, list[str]] = {}
    for skip in plan.skipped:
        reasons.setdefault(skip.sentence, []).append(names.get(skip.employee, skip.employee))
    return templates(Path(__file__).parent).get_template("publish_sheet.html.j2").render(
        plan=plan,
        place=place or where,
        where=where,
        time=in_words(plan.seconds),
        rows=list(_rows(changing[:MOST_SHOWN], names, seen, vault)),
        more=max(0, len(changing) - MOST_SHOWN),
        unchanged=len(plan.people) - len(changing),
        removals=[(names.get(one.employee, one.employee), one.sentence) for one in plan.removals],
        reasons=reasons,
    )  # fmt: skip


def _rows(
    people: list[PersonPlan], names: Mapping[str, str], seen: Seen, vault: Vault
) -> Iterator[dict[str, Any]]:
    with ThreadPoolExecutor() as pool:
        new = pool.map(partial(_new, vault), people)
    for person, picture in zip(people, new, strict=True):
        yield {
            "name": names.get(person.employee, person.employee),
            "id": person.employee,
            "change": _TITLES[person.change],
            "old": seen.thumbs.get(person.employee, Thumb(note="none")),
            "new": picture,
            "notes": [_note(file) for file in person.files if file.note],
        }


def _note(file: FilePlan) -> str:
    return f"{file.size}: {file.note}" if file.height else file.note


def _new(vault: Vault, person: PersonPlan) -> Thumb:
    """Return the picture that somebody gets; of a signature, the one in it."""
    shown = telling(person.files)
    if not shown.height and not shown.target.endswith(PICTURES):
        return Thumb(note="signature")
    try:
        return thumb(shrink(vault.get(shown.sent), _FIT))
    except OutsideError:
        return Thumb(note="lost from the vault")
