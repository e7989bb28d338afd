"""The page of somebody whom no refresh takes along, as they said so: how it stands, and the way back."""

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.coming_back import come_back, rests, said_no
from catchlight.notices import all_notices, find_notice
from catchlight.records import Answer, Decision, Side
from catchlight.register import now
from reports.review.employee_form import Filled, text_of
from reports.review.employee_gone import gone, take_back
from reports.review.employee_shown import stands_now
from reports.review.employee_view import NOTICES, shown_notice, spoken_by
from reports.review.visit import Visit, posted


def routes() -> list[BaseRoute]:
    """Return the route of the way back."""
    return [Route("/me/back", posted(_back), methods=["POST"])]


def is_left_out(visit: Visit, employee: str) -> bool:
    """Whether somebody is in no portrait of the newest run at their own word, or came back since."""
    here = employee in visit.desk.company.book().people
    return not here and rests(visit.desk.home, visit.desk.register, employee)


def left_out(visit: Visit, employee: str) -> Response:
    """Return the page of somebody who is in no run: whom it left out at their word, who left, or of whom there is nothing yet."""
    if not is_left_out(visit, employee):
        return gone(visit, employee)
    stands, last = stands_now(visit, employee), _last(visit, employee)
    return visit.page(
        "left_out.html.j2",
        no=said_no(visit.desk.home, employee),
        last=last,
        spoken=spoken_by(visit, last),
        stands=stands,
        told=stands.words(visit.words, bare=True),
        notice=find_notice(visit.desk.policy, NOTICES, visit.words.language),
    )


def stop(visit: Visit, employee: str) -> Response:
    """Explain to somebody who came back what it means to say no again."""
    if not is_left_out(visit, employee) or said_no(visit.desk.home, employee):
        return visit.go("/me")
    notice = find_notice(visit.desk.policy, NOTICES, visit.words.language)
    told = stands_now(visit, employee).words(visit.words, bare=True)
    return visit.page("me_stop.html.j2", photoless=False, picture="", notice=notice, told=told)


def take(visit: Visit, employee: str, filled: Filled) -> Response:
    """Take the no of somebody who came back and is in no run yet, or who left and is still shown."""
    if not is_left_out(visit, employee):
        return take_back(visit, employee, filled)
    if filled.answer == Answer.REFUSE:
        if not filled.sure:
            return visit.go("/me/stop")
        if not said_no(visit.desk.home, employee):
            said = filled.decision(employee, visit.require("employee").who)
            visit.desk.register.decide([said])
    return visit.go("/me")


def _back(visit: Visit, form: FormData) -> Response:
    """Take back that their photo shall not be processed."""
    session = visit.require("employee")
    notice = text_of(form, "notice")
    if notice in all_notices(visit.desk.policy, NOTICES):
        shown_notice(visit, notice)
        come_back(visit.desk.register, Decision(
            session.employee, "", Answer.RETRY, session.who, now(), source="page", notice=notice,
            ticket=text_of(form, "ticket")[:64],
        ))  # fmt: skip
    return visit.go("/me")


def _last(visit: Visit, employee: str) -> Decision | None:
    own = [one for one in visit.desk.register.decisions(employee) if one.side == Side.EMPLOYEE]
    return own[-1] if own else None
