"""What the company's pages look things up in, kept for as long as the server runs."""

import threading
from collections.abc import Callable

from starlette.exceptions import HTTPException

from catchlight.company import Person
from catchlight.delegations import Delegations
from catchlight.identity import can_enter
from catchlight.records import Decision
from catchlight.review_records import Session
from catchlight.standings import Snapshot, Standing, Standings
from reports.review.visit import Visit

_MAKING = threading.Lock()


def standings(visit: Visit) -> Standings:
    """Return where everybody stands; made once for a server."""
    state, desk = visit.request.app.state, visit.desk
    with _MAKING:
        if not hasattr(state, "standings"):
            state.standings = Standings(desk.register, desk.company, brand_gate=desk.policy.gates.brand)
    kept: Standings = state.standings
    return kept


def snapshot(visit: Visit) -> Snapshot:
    """Return where everybody stands now."""
    return standings(visit).now()


def found(visit: Visit, address: str) -> Standing:
    """Return the portrait of an address, or raise 404; refused ones are shown to nobody."""
    one = snapshot(visit).at(address)
    if one is None or one.answer == "refuse":
        raise HTTPException(404)
    return one


def delegations(visit: Visit) -> Delegations:
    """Return who may answer for whom."""
    desk = visit.desk
    return Delegations(desk.register, desk.policy.asking.timezone, desk.clock)


def enters(visit: Visit) -> Callable[[Person], bool]:
    """Return what says who can sign in with the company account, and so can answer for others."""
    return lambda person: can_enter(visit.desk.policy.sso, person.portrait.employee)


def said_about(visit: Visit, one: Standing) -> list[Decision]:
    """Return all answers about the picture of a portrait, the oldest first."""
    return [d for d in standings(visit).answers(one.person.id) if d.picture == one.picture]


def called(visit: Visit, by: str) -> str:
    """Return the name of whoever answered: a colleague's for their id, else as it was written down."""
    colleague = visit.desk.company.book().people.get(by)
    return colleague.name if colleague else by


def delegate(visit: Visit) -> Session:
    """Return the session of somebody who may name or be a delegate: signed in with the company account.

    A personal link proves only that a letter was read, so it never does.
    """
    session = visit.require("employee")
    if session.invitation or not session.employee:
        raise HTTPException(403)
    return session
