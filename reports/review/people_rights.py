"""Which role may do what on the company's pages: this table is all there is."""

from collections.abc import Mapping
from enum import StrEnum

from catchlight.review_records import Session
from reports.review.visit import Visit


class Right(StrEnum):
    """Something that can be done on the company's pages."""

    OVERVIEW = "overview"
    QUEUE = "queue"
    PORTRAIT = "portrait"
    HOLD = "hold"
    GATE = "gate"  # the brand's yes, and releasing what is held back
    BULK = "bulk"
    LEAVE = "leave"  # naming who answers for somebody on leave
    LOG = "log"


RIGHTS: Mapping[str, frozenset[Right]] = {
    "employee": frozenset(),
    "reviewer": frozenset({Right.QUEUE, Right.PORTRAIT, Right.HOLD}),
    "brand": frozenset({Right.QUEUE, Right.PORTRAIT, Right.HOLD, Right.GATE}),
    "hr": frozenset({Right.OVERVIEW, Right.QUEUE, Right.BULK, Right.LEAVE}),
    "auditor": frozenset({Right.OVERVIEW, Right.LOG}),
}
STAFF = tuple(role for role, rights in RIGHTS.items() if rights)


def may(visit: Visit, right: Right) -> bool:
    """Whether one of somebody's roles has a right."""
    return any(right in RIGHTS.get(role, frozenset()) for role in visit.roles)


def require(visit: Visit, right: Right) -> Session:
    """Return the session of somebody who has a right, or raise 401 or 403."""
    return visit.require(*(role for role, rights in RIGHTS.items() if right in rights))
