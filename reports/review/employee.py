"""A person's own page: their portrait before and after, and what they say about it."""

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.deciding import decide
from catchlight.records import Answer, Decision
from catchlight.register import now
from reports.review.visit import Visit, posted, shown


def routes() -> list[BaseRoute]:
    """Return the routes of a person's own page."""
    return [
        Route("/me", shown(_own)),
        Route("/me/answer", posted(_answer), methods=["POST"]),
    ]


def _own(visit: Visit) -> Response:
    session = visit.require("employee")
    person = visit.desk.company.book().people.get(session.employee)
    if person is None:
        return visit.page("nothing.html.j2", 404)
    return visit.page("me.html.j2", person=person, answers=visit.desk.register.decisions(person.id))


def _answer(visit: Visit, form: FormData) -> Response:
    session = visit.require("employee")
    said = Decision(
        session.employee, str(form.get("picture", "")), str(form.get("answer", "")), by=session.who, at=now(),
        source="page", ticket=str(form.get("ticket", ""))[:64],
    )  # fmt: skip
    if said.answer not in list(Answer):
        return visit.go("/me")
    decide(
        visit.desk.register, said, lambda: _pictures(visit, session.employee), visit.desk.policy.asking.rounds
    )
    return visit.go("/me")


def _pictures(visit: Visit, employee: str) -> tuple[str, ...]:
    person = visit.desk.company.book().people.get(employee)
    return person.pictures if person else ()
