"""The page of somebody whom the newest run does not have and who is shown: what stands, and how it is taken back at once."""

from starlette.responses import Response

from catchlight.identities import read_ids
from catchlight.records import Answer
from reports.review.employee_form import Filled
from reports.review.employee_shown import stands_now
from reports.review.visit import Visit


def gone(visit: Visit, employee: str) -> Response:
    """Return their page; whoever is shown nowhere has none."""
    stands, seen = stands_now(visit, employee), read_ids(visit.desk.home).seen.get(employee)
    if not stands.showing.since and not stands.showing.gone:
        return visit.page("nothing.html.j2", left=seen is not None and bool(seen.gone))
    left = seen is None or bool(seen.gone)
    return visit.page("gone.html.j2", stands=stands, left=left, told=stands.words(visit.words, bare=True))


def take_back(visit: Visit, employee: str, filled: Filled) -> Response:
    """Take their no to exactly what is shown."""
    stands = stands_now(visit, employee)
    if stands.can_go and (filled.answer, filled.picture) == (Answer.KEEP, stands.showing.picture):
        visit.desk.register.decide([filled.decision(employee, visit.require("employee").who)])
    return visit.go("/me")
