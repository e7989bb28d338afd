"""Where a person is shown and could be: what their page offers them to choose."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catchlight.consents import Consent
from catchlight.records import Receipt
from catchlight.showplaces import Shown, shown_at
from reports.review.place import Place, Stand

if TYPE_CHECKING:
    from reports.review.employee_form import Filled
    from reports.review.visit import Visit

_ANSWERED = (Stand.APPROVED, Stand.BRAND, Stand.HELD, Stand.PUBLISHED)
_LEAVING = (Stand.KEPT, Stand.REFUSED)  # whatever is there is taken off, unless they kept it


@dataclass(frozen=True, slots=True)
class Offer:
    """One purpose as the page shows it; ``note`` is the key of what holds there now, since ``day`` ("" for neither)."""

    purpose: str
    names: tuple[str, ...]
    ticked: bool
    note: str
    day: str


def offers(visit: "Visit", employee: str, place: Place, filled: "Filled", *, stays: bool) -> dict[str, Any]:
    """Return what the page needs to let somebody choose; ``later`` is whether that can be saved by itself.

    ``stays`` is whether what is shown of them may stay, ``nowhere`` whether there are places and none of them is ticked.
    """
    shown = shown_of(visit, employee)
    there = any(one.since for one in shown)
    leaving = place.stand in _LEAVING and not stays
    return {
        "offers": [_offer(one, place, filled, leaving=leaving) for one in shown],
        "later": bool(shown) and (place.stand in _ANSWERED or (there and not leaving)),
        "nowhere": bool(shown) and not any(one.on for one in shown),
    }


def shown_of(visit: "Visit", employee: str) -> tuple[Shown, ...]:
    """Return where somebody is shown or could be, as it is recorded."""
    with visit.desk.register.reading() as store:
        consents, receipts = store.rows(Consent, employee=employee), store.rows(Receipt, employee=employee)
    return shown_at(visit.desk.showplaces(), consents, receipts)


def _offer(one: Shown, place: Place, filled: "Filled", *, leaving: bool) -> Offer:
    ticked = filled.places.get(one.purpose, one.on)
    return Offer(one.purpose, one.names, ticked, "" if leaving else _note(one, place), one.since)


def _note(one: Shown, place: Place) -> str:
    if one.since:
        return "since" if one.on else "off"
    if one.own and not one.on:
        return "own"
    return "soon" if one.on and place.stand == Stand.PUBLISHED else ""
