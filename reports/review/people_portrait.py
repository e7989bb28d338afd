"""One portrait: what it was and is, what was measured, what was said about it, and the brand's answer."""

from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.brand_gate import is_early, last_word, may_approve, may_hold, say_for_brand
from catchlight.company import Person
from catchlight.deciding import Code
from catchlight.own_word import spoken_for
from catchlight.portrait_queue import Filter, beside, queue
from catchlight.records import Answer, Decision, Side
from catchlight.register import now
from catchlight.run_readings import readings_of, within
from catchlight.runs import run_folder
from catchlight.standings import Stage, Standing
from reports.review import check_words
from reports.review.employee_form import picture_of
from reports.review.people_desk import called, found, said_about, snapshot
from reports.review.people_form import ticket_of
from reports.review.people_frames import changes, frames
from reports.review.people_page import people_page
from reports.review.people_queue import address, portrait_address
from reports.review.people_rights import Right, may, require
from reports.review.story import held_back, told_about
from reports.review.visit import Visit, posted, shown

EARLY = "early"  # the brand's yes before the person's
_LONGEST = 500  # characters of a reason


def routes() -> list[BaseRoute]:
    """Return the routes of one portrait."""
    return [
        Route("/people/portrait/{address}", shown(_portrait), methods=["GET"]),
        Route("/people/portrait/{address}", posted(_answer), methods=["POST"]),
    ]


def _portrait(visit: Visit) -> Response:
    require(visit, Right.PORTRAIT)
    one, query = found(visit, visit.request.path_params["address"]), visit.request.query_params
    said = query.get("said", "")
    return _page(visit, one, Filter.of(query), said=said if said in (*Code, EARLY) else "")


def _page(visit: Visit, one: Standing, wanted: Filter, status: int = 200, **more: str) -> Response:
    snap = snapshot(visit)
    listed = [other for other in queue(snap, wanted) if other.picture]
    before, after = beside(listed, one)
    said = said_about(visit, one)
    ids = [other.person.id for other in listed]
    return people_page(
        visit,
        "people_portrait.html.j2",
        "queue",
        status,
        about=one.person.id,
        one=one,
        beside=snap.book.beside.get(one.person.id, ""),
        stage=str(one.stage),
        note=_note(visit, one),
        problems=[told_about(*flag, visit.words) for flag in one.flags],
        frames=frames(one),
        changes=changes(one),
        cap=held_back(frames(one).cap, visit.words, "somebody"),
        following=after.picture if after else "",
        here=portrait_address(snap, one, wanted),
        back=address(wanted),
        place=ids.index(one.person.id) + 1 if one.person.id in ids else 0,
        total=len(ids),
        before=portrait_address(snap, before, wanted) if before else "",
        after=portrait_address(snap, after, wanted) if after else "",
        next=snap.address(after) if after else "",
        history=[_told(visit, d) for d in said],
        seen=last_word(said, one.picture),
        readings=_readings(visit, one),
        can_hold=may(visit, Right.HOLD) and may_hold(one),
        can_approve=may(visit, Right.GATE) and may_approve(one),
        longest=_LONGEST,
        **({"said": "", "error": ""} | more),
    )


def _note(visit: Visit, one: Standing) -> str:
    """Return the key of what there is to say about answering now, "" for nothing."""
    notes = {
        Stage.PUBLISHED: "published", Stage.CLEARED: "cleared", Stage.STOPPED: "stopped", Stage.AGAIN: "again",
        Stage.HELD: "release_note" if may(visit, Right.GATE) else "held_by_you",
    }  # fmt: skip
    first = one.stage == Stage.OPEN and visit.desk.policy.gates.brand and may(visit, Right.GATE)
    return "person_first" if first else notes.get(one.stage, "")


def _told(visit: Visit, said: Decision) -> tuple[str, str, str, str, str]:
    """Return a line of the history: whose, by whom, what, when, why. When the person answered is nobody's business here."""
    if said.side == Side.BRAND:
        role = said.source.removeprefix("page:")
        return role if role in ("brand", "reviewer") else "brand", "", said.answer, said.at, said.comment
    return spoken_for(said) or "person", called(visit, said.by), said.answer, "", ""


def _readings(visit: Visit, one: Standing) -> list[dict[str, object]]:
    render = one.person.portrait.render
    if render is None or one.picture != render.picture:
        return []
    language = visit.words.language
    rows = readings_of(run_folder(visit.desk.home), render.recipe)
    return [
        {
            "title": check_words.title(r.check, language), "unit": check_words.unit(r.check, language), "value": r.value, "low": r.low,
            "high": r.high, "error": r.error, "within": within(r),
        }
        for r in rows
        if r.low is not None or r.high is not None
    ]  # fmt: skip


def _answer(visit: Visit, form: FormData) -> Response:
    require(visit, Right.PORTRAIT)
    one, wanted = found(visit, visit.request.path_params["address"]), Filter.of(visit.request.query_params)
    answer, comment = str(form.get("answer", "")), str(form.get("comment", "")).strip()[:_LONGEST]
    if answer == Answer.HOLD and not comment:
        require(visit, Right.HOLD)
        return _page(visit, one, wanted, 422, error="reason")
    if answer == Answer.APPROVE and may(visit, Right.GATE) and is_early(one):
        return visit.go(_with(portrait_address(snapshot(visit), one, wanted), EARLY))
    return _go_on(visit, one, wanted, _take(visit, one, form, answer, comment), str(form.get("next", "")))


def _take(visit: Visit, one: Standing, form: FormData, answer: str, comment: str) -> Code:
    """Record an answer of the brand's side, in the name of whoever is signed in."""
    if answer not in (Answer.HOLD, Answer.APPROVE):
        raise HTTPException(400)
    session = require(visit, Right.HOLD if answer == Answer.HOLD else Right.GATE)
    role, desk = "brand" if may(visit, Right.GATE) else "reviewer", visit.desk
    said = Decision(
        one.person.id, picture_of(form), answer, session.who, now(),
        comment if answer == Answer.HOLD else "", f"page:{role}", Side.BRAND, ticket=ticket_of(form, answer),
    )  # fmt: skip

    def person() -> Person | None:
        return desk.company.book().people.get(one.person.id)

    seen = str(form.get("seen", ""))
    return say_for_brand(desk.register, said, person, seen, desk.policy.asking.rounds).code


def _go_on(visit: Visit, one: Standing, wanted: Filter, code: Code, following: str) -> Response:
    """Send on to the next portrait of the same queue; to this one when the answer could not be taken."""
    snap = snapshot(visit)
    if code not in (Code.TAKEN, Code.KNOWN):
        return visit.go(_with(portrait_address(snap, one, wanted), code))
    other = snap.at(following)
    if other is None or other.person.id == one.person.id:
        return visit.go(_with(address(wanted), code))
    return visit.go(_with(portrait_address(snap, other, wanted), code))


def _with(path: str, code: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'said': code})}"
