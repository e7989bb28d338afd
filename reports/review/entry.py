"""The door: a personal link becomes a session, and everybody lands where they belong."""

import re

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catchlight.invitations import Link, Opened
from catchlight.outsiders import has_mailbox, outsider
from reports.review.shield import client_of
from reports.review.signon import own_path
from reports.review.visit import LANGUAGE, Visit, posted, shown, sign_in, sign_out
from reports.review.words import languages

_WRONG_LINKS = 20  # a minute from one address
_LINK = re.compile(r"/l/[\w.-]+", re.ASCII)
_GONE = (Link.EXPIRED, Link.OLDER, Link.SPENT)


def routes() -> list[BaseRoute]:
    """Return the routes of the door."""
    return [
        Route("/", shown(_home)),
        Route("/l/{token}", shown(_link), methods=["GET"]),
        Route("/link", posted(_fresh_link, signed_in=False), methods=["POST"]),
        Route("/sign-out", posted(_leave), methods=["POST"]),
        Route("/language", posted(_language, signed_in=False), methods=["POST"]),
    ]


def _home(visit: Visit) -> Response:
    if visit.session and visit.session.employee:
        return visit.go("/me")
    if visit.roles:
        return visit.go("/people")
    return visit.page("door.html.j2", sso=visit.desk.sso is not None, writes=visit.desk.send_link is not None)


def _link(visit: Visit) -> Response:
    """Exchange a link for a session. Opening it decides nothing: mail scanners open links too."""
    token = visit.request.path_params["token"]
    opened = _open(visit, token)
    if opened.worth != Link.GOOD or opened.invitation is None:
        return _closed(visit, opened, token)
    if visit.request.method == "HEAD":
        return Response()
    asked = opened.invitation
    visit.desk.sessions.end(visit.cookie)
    cookie = visit.desk.sessions.begin(
        asked.employee, employee=asked.employee, roles=("employee",), invitation=asked.id
    )
    return sign_in(visit.go("/me"), cookie)


def _closed(visit: Visit, opened: Opened, token: str) -> Response:
    """Say why a link opens nothing, and how a new one is had."""
    forged = opened.worth == Link.FORGED
    if forged:
        visit.request.app.state.pace.step("wrong link", client_of(visit.request), _WRONG_LINKS)
    values = {"worth": opened.worth, "sent_token": token, "way": _way(visit, opened)}
    return visit.page("link.html.j2", 403 if forged else 410, **values)


def _way(visit: Visit, opened: Opened) -> str:
    """Return how a new link is had: ``send`` or ``ask``; ``over`` where there is no page, "" where the link says enough."""
    if opened.worth not in _GONE or opened.invitation is None:
        return "ask" if opened.worth in (Link.PAST, *_GONE) else ""
    desk, employee = visit.desk, opened.invitation.employee
    book = desk.company.book()
    person = book.people.get(employee)
    staff = person.portrait.employee if person else outsider(desk.home, desk.register, employee)
    if staff is None:
        return "over"
    return "send" if desk.send_link and has_mailbox(desk.home, book, staff, desk.clock()) else "ask"


def _open(visit: Visit, token: str) -> Opened:
    def pictures(employee: str) -> tuple[str, ...] | None:
        person = visit.desk.company.book().people.get(employee)
        return person.pictures if person else None

    return visit.desk.invitations.open(token, pictures)


def _fresh_link(visit: Visit, form: FormData) -> Response:
    """Post a fresh link to the person whom an old one belongs to, and say whether it could be."""
    visit.request.app.state.pace.step("fresh link", client_of(visit.request), 5)
    token, send = str(form.get("link", "")), visit.desk.send_link
    opened = _open(visit, token)
    if opened.invitation is None or opened.worth not in _GONE or send is None:
        return _closed(visit, opened, token)
    return visit.page("link_sent.html.j2", sent=send(opened.invitation))


def _leave(visit: Visit, _: FormData) -> Response:
    visit.desk.sessions.end(visit.cookie)
    return sign_out(visit.go("/signed-out" if visit.desk.sso else "/"))


def _language(visit: Visit, form: FormData) -> Response:
    """Remember a language, and show the same page in it."""
    wanted, back = str(form.get("language", "")), str(form.get("back", ""))
    page = visit.go(back if _LINK.fullmatch(back) else own_path(back))
    if wanted in languages():
        page.set_cookie(
            LANGUAGE, wanted, max_age=31_536_000, secure=True, httponly=True, samesite="lax", path="/"
        )
    return page
