"""What all pages of the company have in common: the way between them, and how they write numbers."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from reports.review.people_rights import Right, may
from reports.review.views import note_view
from reports.review.visit import Visit

TABS = (
    ("overview", "/people", Right.OVERVIEW),
    ("queue", "/people/queue", Right.QUEUE),
    ("bulk", "/people/bulk", Right.BULK),
    ("delegations", "/people/delegations", Right.LEAVE),
    ("log", "/people/log", Right.LOG),
)


def people_page(
    visit: Visit, name: str, tab: str, status: int = 200, *, about: str = "", **values: Any
) -> Response:
    """Return a page of the company; ``tab`` is the one of its pages that this belongs to.

    That it was looked at is written down, with the person whom it is ``about``.
    """
    note_view(visit, "portrait" if about else tab, about)
    write = number(visit)

    def counted(key: str, count: int) -> str:
        """Return the text for none, one or several."""
        small = f"{key}_{count}"
        return visit.words(small if visit.words.has(small) else key, count=write(count))

    tabs = [(one, path) for one, path in all_tabs(visit)]
    return visit.page(name, status, tab=tab, tabs=tabs, number_of=write, counted=counted, **values)


def number(visit: Visit) -> Callable[[int], str]:
    """Return how numbers are written in the language of a page."""
    separator = visit.words("people.thousands")
    return lambda count: f"{count:,}".replace(",", separator)


def all_tabs(visit: Visit) -> list[tuple[str, str]]:
    """Return the pages that somebody may open: name and address."""
    there = [(name, path) for name, path, right in TABS if may(visit, right)]
    return [(name, first_queue(visit) if name == "queue" else path) for name, path in there]


def first_queue(visit: Visit) -> str:
    """Return the address of the portraits that somebody starts with: the brand's with what waits for it."""
    if may(visit, Right.GATE) and visit.desk.policy.gates.brand:
        return "/people/queue?brand=waiting"
    return "/people/queue"
