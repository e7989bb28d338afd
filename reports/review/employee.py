"""A person's own page: their portrait before and after, and what they say about it."""

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.choosing import Saved, choose
from catchlight.company import Person
from catchlight.consents import Word
from catchlight.deciding import Code, Taken, decide
from catchlight.notices import all_notices
from catchlight.records import Answer, Side
from reports.review import (
    employee_acts,
    employee_delegates,
    employee_left_out,
    employee_signature,
    employee_slack,
    employee_take,
    employee_upload,
)
from reports.review.employee_form import Filled, fill
from reports.review.employee_places import shown_of
from reports.review.employee_view import NOTICES, me, shown_notice, view_of
from reports.review.visit import Visit, posted, shown

_SAYS = (Answer.APPROVE, Answer.KEEP, Answer.RETRY, Answer.REFUSE)  # a photo is sent by its own form


def routes() -> list[BaseRoute]:
    """Return the routes of a person's own page."""
    return [
        Route("/me", shown(_own)),
        Route("/me/stop", shown(_stop)),
        Route("/me/answer", posted(_answer), methods=["POST"]),
        Route("/me/places", posted(_places), methods=["POST"]),
        *employee_acts.routes(),
        *employee_delegates.routes(),
        *employee_left_out.routes(),
        *employee_upload.routes(),
        *employee_take.routes(),
        *employee_slack.routes(),
        *employee_signature.routes(),
    ]


def _own(visit: Visit) -> Response:
    person = _person(visit)
    employee = visit.require("employee").employee
    return me(visit, employee) if person else employee_left_out.left_out(visit, employee)


def _stop(visit: Visit) -> Response:
    """Explain what it means not to have one's photo processed, before it is asked for."""
    person = _person(visit)
    if person is None:
        return employee_left_out.stop(visit, visit.require("employee").employee)
    return visit.page("me_stop.html.j2", **view_of(visit, person))


def _answer(visit: Visit, form: FormData) -> Response:
    person, filled = _person(visit), fill(form, all_notices(visit.desk.policy, NOTICES))
    if person is None:
        return employee_left_out.take(visit, visit.require("employee").employee, filled)
    if filled.answer not in _SAYS:
        return visit.go("/me")
    if filled.answer == Answer.REFUSE and not filled.sure:
        return visit.go("/me/stop")
    if filled.errors:
        return me(visit, person.id, 422, filled)
    taken = _take(visit, person, filled)
    used_up = taken.code == Code.KNOWN and not (_stands(visit, taken) and taken.places.holds)
    return visit.go(f"/me?code={'again' if used_up else taken.code}")


def _take(visit: Visit, person: Person, filled: Filled) -> Taken:
    desk, session = visit.desk, visit.require("employee")
    shown_notice(visit, filled.notice)

    def pictures() -> tuple[str, ...]:
        today = desk.company.book().people.get(person.id)
        return today.pictures if today else ()

    said = filled.decision(person.id, session.who)
    choices = filled.choices(desk.showplaces().opt_in)
    taken = decide(desk.register, said, pictures, desk.policy.asking.rounds, choices=choices)
    if taken.code == Code.TAKEN and said.answer == Answer.RETRY:
        desk.wake()
    return taken


def _places(visit: Visit, form: FormData) -> Response:
    """Take where somebody wants to be shown, whatever they answered; to take a yes back, nothing must be read."""
    person, filled = _person(visit), fill(form, all_notices(visit.desk.policy, NOTICES))
    if person is None:
        return visit.page("nothing.html.j2")
    before = shown_of(visit, person.id)
    given = {purpose for purpose, on in filled.places.items() if on} - {
        one.purpose for one in before if one.on
    }
    if given and not filled.notice:
        return me(visit, person.id, 422, replace(filled, errors=(("notice", "answer.error.notice"),)))
    shown_notice(visit, filled.notice)
    choices = replace(filled, answer="").choices(visit.desk.showplaces().opt_in)
    saved = choose(visit.desk.register, choices, person.id, visit.require("employee").who)
    there = {one.purpose for one in before if one.since}
    gone = any(one.word != Word.GRANTED and one.purpose in there for one in saved.added)
    return visit.go(f"/me?code={_told(saved, gone=gone)}")


def _told(saved: Saved, *, gone: bool) -> str:
    if not saved.holds:
        return "again"
    return ("off" if gone else "placed") if saved.added else Code.KNOWN


def _stands(visit: Visit, taken: Taken) -> bool:
    """Whether the answer that was known before is still the person's last one."""
    session = visit.require("employee")
    own = [one for one in visit.desk.register.decisions(session.employee) if one.side == Side.EMPLOYEE]
    return bool(own) and own[-1] == taken.decision


def _person(visit: Visit) -> Person | None:
    return visit.desk.company.book().people.get(visit.require("employee").employee)
