"""Answering for a colleague: naming one, and the page on which they see and answer in the other's place."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.answering_for import ANSWERS, answer_for, answered
from catchlight.deciding import Code
from catchlight.delegations import Named, Wanted
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.review_records import Session
from catchlight.standings import Standing
from catchlight.wishes import AGAINST, TAGS
from reports.review.employee_form import picture_of
from reports.review.people_delegations import FIELDS, named
from reports.review.people_desk import delegate, delegations, enters, snapshot, standings
from reports.review.people_form import ticket_of
from reports.review.people_frames import frames
from reports.review.views import note_view
from reports.review.visit import Visit, posted, shown

OWN = "own"  # the person answered themselves
_LONGEST = 500


def routes() -> list[BaseRoute]:
    """Return the routes of answering for others."""
    return [
        Route("/delegated", shown(_mine), methods=["GET"]),
        Route("/delegated", posted(_name), methods=["POST"]),
        Route("/delegated/end", posted(_end), methods=["POST"]),
        Route("/delegated/portrait/{address}", shown(_portrait), methods=["GET"]),
        Route("/delegated/portrait/{address}", posted(_answer), methods=["POST"]),
    ]


def _mine(visit: Visit) -> Response:
    delegate(visit)
    return _page(visit, said=visit.request.query_params.get("said", ""))


def _page(visit: Visit, status: int = 200, said: str = "", typed: dict[str, str] | None = None) -> Response:
    session, there, snap = delegate(visit), delegations(visit), snapshot(visit)
    for_others = [
        (
            row,
            snap.address(snap.people[row.delegation.employee])
            if _answerable(visit, row.delegation.employee)
            else "",
        )
        for row in named(visit, there.to(session.employee))
    ]
    return visit.page(
        "delegated.html.j2",
        status,
        for_me=named(visit, there.of(session.employee)),
        for_others=for_others,
        last_day=there.last_day().isoformat(),
        said=said if said in (*Named, *Code, OWN, "ended") else "",
        typed=typed or dict.fromkeys(FIELDS, ""),
    )


def _answerable(visit: Visit, employee: str) -> bool:
    """Whether there is a portrait to answer about, and the person has not done so themselves."""
    one = snapshot(visit).people.get(employee)
    if one is None or not one.picture:
        return False
    return not answered(standings(visit).answers(employee), one.picture)


def _name(visit: Visit, form: FormData) -> Response:
    session = delegate(visit)
    typed = {name: str(form.get(name, ""))[:320] for name in FIELDS}
    wanted = Wanted(session.employee, typed["delegate"], typed["until"], session.who)
    code = delegations(visit).name(wanted, snapshot(visit).book.people, enters=enters(visit))
    return visit.go("/delegated?said=done") if code == Named.DONE else _page(visit, 422, code, typed)


def _end(visit: Visit, form: FormData) -> Response:
    """End a delegation of one's own, on either side."""
    session = delegate(visit)
    employee, other = str(form.get("employee", "")), str(form.get("delegate", ""))
    if session.employee not in (employee, other):
        raise HTTPException(403)
    delegations(visit).end(employee, other, session.who)
    return visit.go("/delegated?said=ended")


def _theirs(visit: Visit) -> tuple[Session, Standing]:
    """Return the session and the portrait, or raise 404 where somebody does not answer for that person."""
    session, one = delegate(visit), snapshot(visit).at(visit.request.path_params["address"])
    if one is None or not one.picture or not delegations(visit).holds(one.person.id, session.employee):
        raise HTTPException(404)
    return session, one


def _portrait(visit: Visit) -> Response:
    _, one = _theirs(visit)
    return _shown(visit, one) if _answerable(visit, one.person.id) else visit.go(f"/delegated?said={OWN}")


def _shown(visit: Visit, one: Standing, status: int = 200, error: str = "") -> Response:
    note_view(visit, "delegated", one.person.id)
    return visit.page(
        "delegated_portrait.html.j2",
        status,
        one=one,
        frames=frames(one),
        here=f"/delegated/portrait/{snapshot(visit).address(one)}",
        tags=TAGS,
        error=error,
        longest=_LONGEST,
    )


def _answer(visit: Visit, form: FormData) -> Response:
    session, one = _theirs(visit)
    answer = str(form.get("answer", ""))
    if answer not in ANSWERS:
        raise HTTPException(403)
    retry = answer == Answer.RETRY
    tags = " ".join(tag for tag in TAGS if retry and tag in form.getlist("tag"))
    if retry and not tags:  # without one, the next attempt would be this one again
        return _shown(visit, one, 422, "tag_missing")
    if AGAINST.issubset(tags.split()):
        return _shown(visit, one, 422, "tag_both")
    comment = str(form.get("comment", "")).strip()[:_LONGEST] if retry else ""
    said = Decision(
        one.person.id, picture_of(form), answer, session.who, now(), comment,
        tags=tags, ticket=ticket_of(form, answer),
    )  # fmt: skip
    desk = visit.desk
    taken = answer_for(
        desk.register, said, lambda: desk.company.book().people.get(one.person.id), desk.policy.asking.rounds
    )
    if taken and taken.code == Code.TAKEN and retry:
        desk.wake()
    return visit.go(f"/delegated?said={taken.code if taken else OWN}")
