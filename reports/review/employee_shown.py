"""What of a person stands at places now, as their own page tells it: which portrait, and until when it goes once taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from catchlight.in_order import TABLES
from catchlight.own_word import heard
from catchlight.promises import load_promises
from catchlight.records import Receipt
from catchlight.showing import Showing, showing_of
from catchlight.spoken import spoken

if TYPE_CHECKING:
    from reports.review.visit import Visit
    from reports.review.words import Words


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands, the portrait of it that can be looked at ("" for none), and until when it goes ("" where it stays)."""

    showing: Showing
    picture: str = ""
    due: str = ""
    late: bool = False

    @property
    def can_go(self) -> bool:
        """Whether the person can take it back."""
        return self.showing.stays and bool(self.showing.picture)

    def words(self, say: "Words", *, bare: bool) -> Callable[..., str]:
        """Return what says a text of the page as it is true of them.

        That is another one while a portrait of theirs stands and stays, where it is known what stood there before, and
        for whoever may have had no photo (``bare``).
        """
        sections = ["shown"] * self.showing.stays + [f"before_{self.showing.before}"] + ["bare"] * bare

        def told(key: str, **values: object) -> str:
            others = (f"{section}.{key}" for section in sections)
            return say(next(filter(say.has, others), key), **values)

        return told


def stands_now(visit: "Visit", employee: str) -> Stands:
    """Return what of somebody stands now."""
    with visit.desk.register.reading() as store:
        answers, receipts = spoken(store.rows, employee=employee), store.rows(Receipt, employee=employee)
    showing = showing_of(heard(answers), receipts, visit.desk.showplaces().own)
    due = _due(visit, showing.said) if showing.said else ""
    late = bool(due) and due <= visit.desk.clock().isoformat()
    return Stands(showing, _to_see(visit, showing), due, late)


def _due(visit: "Visit", said: str) -> str:
    hours = load_promises(visit.desk.home).withdrawal.hours
    return (datetime.fromisoformat(said) + timedelta(hours=hours)).isoformat(timespec="microseconds")


def _to_see(visit: "Visit", showing: Showing) -> str:
    """Return the portrait where it is still kept; a picture that a table named may be anybody's."""
    named = not showing.by or showing.by.source.startswith(TABLES)
    return showing.picture if not named and visit.desk.vault.has(showing.picture) else ""
