"""Single sign-on: away to the company's own provider, and back as a session."""

import logging
import re
from collections.abc import Awaitable, Callable

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.errors import OutsideError
from catchlight.identity import Claims, EntryError, Refusal, employee_of
from reports.review.desk import SignOn
from reports.review.shield import client_of
from reports.review.sign_in_flows import SECONDS, Flows
from reports.review.visit import Visit, shown, sign_in

COOKIE = "__Host-flow"
DONE = "/sign-in/done"
UNREACHABLE = "unreachable"
_STATUS = {Refusal.STALE: 400, Refusal.SETUP: 503}
_A_MINUTE = 600  # from one address: an office may have only one
_LANES = 16  # a provider that does not answer holds up no other page
_OWN = re.compile(r"/(?![/\\])[\w./~%-]*(\?[\w.=&%-]*)?", re.ASCII)
_SAFE = re.compile(r"[\w.:|-]{1,128}", re.ASCII)
_log = logging.getLogger("catchlight.sign_on")
_Page = Callable[[Visit, FormData], Response]


def routes() -> list[BaseRoute]:
    """Return the routes of single sign-on."""
    flows, lanes = Flows(), CapacityLimiter(_LANES)
    return [
        Route("/sign-in", shown(_offer), methods=["GET"]),
        Route("/sign-in", slow(lanes, lambda visit, form: _leave(visit, form, flows)), methods=["POST"]),
        Route(DONE, slow(lanes, lambda visit, _: _back(visit, flows)), methods=["GET"]),
        Route("/signed-out", slow(lanes, lambda visit, _: _left(visit)), methods=["GET"]),
    ]


def slow(lanes: CapacityLimiter, page: _Page) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a page that may wait for another server, in threads of its own."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10, max_part_size=4096) as form:
            return await to_thread.run_sync(_take, request, form, limiter=lanes)

    def _take(request: Request, form: FormData) -> Response:
        request.app.state.pace.step("sign in", client_of(request), _A_MINUTE)
        return Response() if request.method == "HEAD" else page(Visit(request), form)

    return endpoint


def _provider(visit: Visit) -> SignOn:
    if visit.desk.sso is None:
        raise HTTPException(404)
    return visit.desk.sso


def _offer(visit: Visit) -> Response:
    """Offer to sign in; whoever is signed in goes on at once."""
    _provider(visit)
    to = own_path(visit.request.query_params.get("to", ""))
    return visit.go(to) if visit.session else visit.page("sign_on.html.j2", to=to)


def _leave(visit: Visit, form: FormData, flows: Flows) -> Response:
    """Send the browser away.

    A page that goes on by itself, not a redirect: a browser would hold a form's redirect to
    another host against our form-action, and we do not know all the hosts that a provider uses.
    """
    try:
        address, kept = _provider(visit).begin(visit.desk.policy.url + DONE)
    except OutsideError as error:
        return _unreachable(visit, error)
    cookie = flows.keep(kept, own_path(str(form.get("to", ""))))
    page = visit.page("sign_on_away.html.j2", address=address)
    page.headers["refresh"] = f"0;url={address}"
    page.set_cookie(COOKIE, cookie, SECONDS, secure=True, httponly=True, samesite="lax", path="/")
    return page


def _back(visit: Visit, flows: Flows) -> Response:
    """Take what the provider sent back with the browser."""
    provider, answer = _provider(visit), dict(visit.request.query_params)
    flow = flows.take(visit.request.cookies.get(COOKIE, ""), answer.get("state", ""))
    if flow is None:
        return _refused(visit, EntryError(Refusal.STALE, "no sign-in of this browser waits for this answer"))
    try:
        page = _enter(visit, provider.finish(flow.kept, answer), flow.to)
    except EntryError as refused:
        page = _refused(visit, refused)
    except OutsideError as error:
        page = _unreachable(visit, error)
    page.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return page


def _enter(visit: Visit, who: Claims, to: str) -> Response:
    """Begin a session, always with a new cookie: one from before could be known to somebody else."""
    people = visit.desk.company.book().people.values()
    employee = employee_of(who, (person.portrait.employee for person in people))
    roles = (*(("employee",) if employee else ()), *who.roles)
    if not roles:
        told = f"subject {safe(who.subject)} is no employee of the newest run and has no role"
        return _refused(visit, EntryError(Refusal.NOBODY, told), who.subject)
    visit.desk.sessions.end(visit.cookie)
    cookie = visit.desk.sessions.begin(employee or f"sso:{who.subject}", employee, roles)
    return sign_in(visit.go(to), cookie)


def _left(visit: Visit) -> Response:
    """Say that the session has ended, and where the one at the provider can be ended too."""
    if visit.session:
        return visit.go("/")
    return visit.page("sign_on_left.html.j2", address=_provider(visit).farewell(visit.desk.policy.url + "/"))


def _refused(visit: Visit, refused: EntryError, subject: str = "") -> Response:
    _log.warning("nobody entered by single sign-on: %s", refused)
    status = _STATUS.get(refused.reason, 403)
    return visit.page("sign_on_problem.html.j2", status, reason=str(refused.reason), subject=safe(subject))


def _unreachable(visit: Visit, error: OutsideError) -> Response:
    _log.warning("%s", error)
    page = visit.page("sign_on_problem.html.j2", 503, reason=UNREACHABLE, subject="")
    page.headers["retry-after"] = "60"
    return page


def own_path(wanted: str) -> str:
    """Return a path of our own pages to go to after signing in, "/" for anything else."""
    return wanted if _OWN.fullmatch(wanted) and not wanted.startswith(("/sign", "/l/")) else "/"


def safe(subject: str) -> str:
    """Return a subject that may be shown and logged, "" for one that could be an address or hold a mark-up."""
    return subject if _SAFE.fullmatch(subject) else ""
