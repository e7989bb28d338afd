"""What the contact sheet says of the company as a whole: its score, who stands out, who is treated alike."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catchlight.spoilers import Spoiler
from reports.contact_sheet_cards import Card, Flag

STANDS_OUT = "stands_out"
_FINDINGS = {
    "alike": "alike",
    "unclear": "no more than chance",
    "unlike": "not alike",
    "left out": "left out",
}


@dataclass(frozen=True, slots=True)
class StandsOut:
    """One link of the list: which card, who, in what; ``page`` is the file that it is on, "" for this one."""

    card: int
    name: str
    what: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Treatment:
    """One figure by thirds of face luminance, in words; ``cells`` are empty where it is left out."""

    title: str
    unit: str
    finding: str
    alike: bool
    cells: tuple[tuple[str, str], ...]
    reason: str


def score(run: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the set's score before and after, in words; None when run.json has none."""
    found = run.get("score") or {}
    sides = [found.get(side) for side in ("before", "after")]
    if not all(isinstance(side, int | float) and math.isfinite(side) for side in sides):
        return None
    return f"{sides[0]:.0f}", f"{sides[1]:.0f}"


def flagged(cards: Iterable[Card], spoilers: Iterable[Spoiler]) -> list[Card]:
    """Return the cards, those that stand out with a flag that says in what."""
    what = {spoiler.employee: spoiler.what for spoiler in spoilers}
    return [
        replace(card, flags=(*card.flags, _flag(what[card.id]))) if card.id in what else card
        for card in cards
    ]


def _flag(what: str) -> Flag:
    return Flag(STANDS_OUT, "Stands out of the wall", f"Stands out of the wall: {what}.")


def standing_out(cards: Sequence[Card], spoilers: Iterable[Spoiler]) -> list[StandsOut]:
    """Return the list in its order, without people who have no card."""
    places = {card.id: place for place, card in enumerate(cards)}
    return [
        StandsOut(places[s.employee], cards[places[s.employee]].name, s.what)
        for s in spoilers
        if s.employee in places
    ]


def treatments(fairness: Mapping[str, Any] | None) -> list[Treatment]:
    """Return the rows of fairness.json for the page; none when all are left out."""
    rows = [_treatment(row) for row in (fairness or {}).get("measures") or []]
    return rows if any(row.cells for row in rows) else []


def _treatment(row: Mapping[str, Any]) -> Treatment:
    return Treatment(
        title=str(row.get("title") or ""),
        unit=str(row.get("unit") or ""),
        finding=_FINDINGS.get(str(row.get("finding")), ""),
        alike=row.get("finding") != "unlike",
        cells=tuple(_cells(row)) if row.get("thirds") else (),
        reason=str(row.get("reason") or ""),
    )


def _cells(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield a figure and what is beside it for each third, then for the difference."""
    for third in row["thirds"]:
        if "rate" in third:
            yield f"{100 * third['rate']:.0f} %", ""
        else:
            yield _signed(third["value"]), _between(third, _signed)
    if "ratio" in row:
        yield f"× {row['ratio']['value']:.2g}", _between(row["ratio"], lambda value: f"{value:.2g}")
    else:
        yield _signed(row["gap"]["value"]), _between(row["gap"], _signed)


def _between(estimate: Mapping[str, float], shown: Any) -> str:
    return f"{shown(estimate['low'])} to {shown(estimate['high'])}"


def _signed(value: float) -> str:
    rounded = round(value, 2) + 0.0
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0.00"
