"""HR's side of answering for others: who does it now, and naming somebody for a person on leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.delegations import Named, Wanted
from catchlight.review_records import Delegation
from reports.review.people_desk import delegations, enters, snapshot
from reports.review.people_page import people_page
from reports.review.people_rights import Right, require
from reports.review.visit import Visit, posted, shown

FIELDS = ("employee", "delegate", "until", "why")


def routes() -> list[BaseRoute]:
    """Return the routes of HR's delegations."""
    return [
        Route("/people/delegations", shown(_list), methods=["GET"]),
        Route("/people/delegations", posted(_name), methods=["POST"]),
        Route("/people/delegations/end", posted(_end), methods=["POST"]),
    ]


def _list(visit: Visit) -> Response:
    require(visit, Right.LEAVE)
    return _page(visit, said=visit.request.query_params.get("said", ""))


def _page(visit: Visit, status: int = 200, said: str = "", typed: dict[str, str] | None = None) -> Response:
    there = delegations(visit)
    return people_page(
        visit,
        "people_delegations.html.j2",
        "delegations",
        status,
        rows=named(visit, there.all()),
        last_day=there.last_day().isoformat(),
        said=said if said in (*Named, "ended") else "",
        typed=typed or dict.fromkeys(FIELDS, ""),
    )


def _name(visit: Visit, form: FormData) -> Response:
    session = require(visit, Right.LEAVE)
    typed = {name: str(form.get(name, ""))[:320] for name in FIELDS}
    wanted = Wanted(typed["employee"], typed["delegate"], typed["until"], session.who, typed["why"])
    people = snapshot(visit).book.people
    code = delegations(visit).name(
        wanted, people, needs_reason=True, never=session.employee, enters=enters(visit)
    )
    if code != Named.DONE:
        return _page(visit, 422, code, typed)
    return visit.go("/people/delegations?said=done")


def _end(visit: Visit, form: FormData) -> Response:
    session = require(visit, Right.LEAVE)
    delegations(visit).end(str(form.get("employee", "")), str(form.get("delegate", "")), session.who)
    return visit.go("/people/delegations?said=ended")


@dataclass(frozen=True, slots=True)
class Row:
    """A delegation with the names of both, and a moment of its last day."""

    delegation: Delegation
    employee: str
    delegate: str
    last: str


def named(visit: Visit, rows: list[Delegation]) -> list[Row]:
    """Return delegations with the names of both, by name."""
    name = visit.desk.company.book().name

    def last(row: Delegation) -> str:
        return (datetime.fromisoformat(row.until) - timedelta(seconds=1)).isoformat()

    found = [Row(row, name(row.employee), name(row.delegate), last(row)) for row in rows]
    return sorted(found, key=lambda one: (one.employee.casefold(), one.delegate.casefold()))
