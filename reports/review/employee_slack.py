"""A person puts their portrait into their own Slack, or what was there before back: away for a permission, and back."""

import logging
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.sending import CONFLICT, FAILED, Result
from reports.review.desk import OwnPhotos
from reports.review.employee_places import shown_of
from reports.review.employee_take import can_take, for_slack, making, own_portrait
from reports.review.sign_in_flows import SECONDS, Flow, Flows
from reports.review.signon import slow
from reports.review.visit import Visit, posted

if TYPE_CHECKING:
    from reports.review.place import Place

COOKIE = "__Host-slack"
_PUT, _BACK = "put", "back"
_TOLD = ("slack.scope", "slack.elsewhere", "slack.other", "slack.code", "slack.consent", "photo.refused")
_A_MINUTE = 6  # of one person: each takes a few calls that Slack counts
_LANES = 8
_log = logging.getLogger("catchlight.review")


def routes() -> list[BaseRoute]:
    """Return the routes of one's own Slack."""
    flows, lanes = Flows(), CapacityLimiter(_LANES)
    return [
        Route("/me/slack/go", posted(lambda visit, form: _leave(visit, form, flows)), methods=["POST"]),
        Route("/me/slack/done", slow(lanes, lambda visit, _: _come_back(visit, flows)), methods=["GET"]),
    ]


def offer(visit: Visit, employee: str, place: "Place") -> dict[str, bool] | None:
    """Return what a person's page offers for their own Slack, None for nothing.

    ``stands``: a picture of ours is there and can be taken back; ``can``: theirs may be put there; ``off``: it might,
    had they not said no to chat.
    """
    own = visit.desk.own_photos
    stands, take = own is not None and own.stands(employee), own is not None and can_take(place)
    if not stands and not take:
        return None
    agreed = take and any(one.purpose == "chat" and one.on for one in shown_of(visit, employee))
    return {"stands": stands, "can": agreed, "off": take and not agreed}


def _place(visit: Visit) -> OwnPhotos:
    if visit.desk.own_photos is None:
        raise HTTPException(404)
    return visit.desk.own_photos


def _leave(visit: Visit, form: FormData, flows: Flows) -> Response:
    """Send the browser to Slack, by a page that goes on by itself: see single sign-on."""
    verb = _BACK if form.get("verb") == _BACK else _PUT
    employee = visit.require("employee").employee
    if verb == _PUT:
        own_portrait(visit)
    address, state = _place(visit).begin()
    cookie = flows.keep({"state": state, "verb": verb, "employee": employee}, "/me")
    page = visit.page("me_slack_away.html.j2", address=address)
    page.headers["refresh"] = f"0;url={address}"
    page.set_cookie(COOKIE, cookie, SECONDS, secure=True, httponly=True, samesite="lax", path="/")
    return page


def _come_back(visit: Visit, flows: Flows) -> Response:
    """Do what the person went away for, if it is them who come back."""
    answer, employee = visit.request.query_params, visit.require("employee").employee
    visit.request.app.state.pace.step("slack", employee, _A_MINUTE)
    flow = flows.take(visit.request.cookies.get(COOKIE, ""), answer.get("state", ""))
    if flow is None or flow.kept["employee"] != employee:
        page = _problem(visit, "slack.code", 400)
    elif answer.get("error"):
        page = _problem(visit, "slack.scope", 200)
    else:
        page = _done(visit, flow, answer.get("code", ""))
    page.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return page


def _done(visit: Visit, flow: Flow, code: str) -> Response:
    try:
        result = _put(visit, code) if flow.kept["verb"] == _PUT else _back(visit, code)
    except PhotoError as error:
        return _problem(visit, error.reason, 422)
    except (ConfigError, OutsideError) as error:
        _log.warning("a portrait was not put into somebody's own Slack: %s", error)
        return _problem(visit, "setup" if isinstance(error, ConfigError) else "unsure", 503)
    if result.code == FAILED:
        _log.warning("a portrait was not put into somebody's own Slack: %s", result.sentence)
        return _problem(visit, "unsure", 503)
    if result.code == CONFLICT:
        return _problem(visit, "theirs", 200)
    return visit.go(f"/me?code={'own_set' if flow.kept['verb'] == _PUT else 'own_back'}")


def _put(visit: Visit, code: str) -> Result:
    own = own_portrait(visit)
    with making(visit, own) as portrait:
        picture = for_slack(visit, own, portrait)
    return _place(visit).put(code, own.person, own.picture, picture)


def _back(visit: Visit, code: str) -> Result:
    person: Any = visit.desk.company.book().people.get(visit.require("employee").employee)
    if person is None:
        raise HTTPException(404)
    return _place(visit).back(code, person)


def _problem(visit: Visit, reason: str, status: int) -> Response:
    """Say what became of it, and lead to the way without a permission."""
    reason = "photo.refused" if reason.startswith("photo.") else reason
    key = reason if reason in (*_TOLD, "setup", "unsure", "theirs") else "unsure"
    return visit.page("me_slack_problem.html.j2", status, key=key.partition(".")[2] or key)
