"""A person sends another photo: it is looked at there and then, and they are told in one sentence."""

import logging

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, request_response
from starlette.types import Receive, Scope, Send

from catchlight.deciding import Code
from catchlight.errors import ConfigError, OutsideError
from catchlight.formats import EMPTY
from reports.review.employee_view import me, shown_notice
from reports.review.place import Stand, place_of
from reports.review.shield import FORM
from reports.review.story import Told, told
from reports.review.visit import Visit, posted

_A_MINUTE = 6  # photos of one person
_MEGABYTE = 1_000_000
_log = logging.getLogger("catchlight.review")


def routes() -> list[BaseRoute]:
    """Return the route that takes photos."""
    return [Route("/me/photo", Inbox(), methods=["POST"])]


class Inbox:
    """Where photos arrive. Nothing is read of whoever is not signed in, nor of too many at once.

    The body may be larger than that of other forms, and twice what is allowed, so that a photo that is
    too large is told about in a sentence.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read one form and answer it."""
        largest = scope["app"].state.desk.policy.server.largest_upload
        await RequestBodyLimitMiddleware(_read, 2 * largest * _MEGABYTE + FORM)(scope, receive, send)


async def _read(scope: Scope, receive: Receive, send: Send) -> None:
    await run_in_threadpool(_let_in, Request(scope))
    await request_response(posted(_photo))(scope, receive, send)


def _let_in(request: Request) -> None:
    session = Visit(request).require("employee")
    request.app.state.pace.step("photo", session.employee, _A_MINUTE)


def _photo(visit: Visit, form: FormData) -> Response:
    session, uploads = visit.require("employee"), visit.desk.uploads
    person = visit.desk.company.book().people.get(session.employee)
    if person is None or uploads is None:
        raise HTTPException(404)
    if place_of(person, visit.desk.register, visit.desk.policy).stand == Stand.PUBLISHED:
        return visit.go(f"/me?code={Code.LOCKED}")
    file = form.get("photo")
    problem = _problem(visit, file)
    if problem or not isinstance(file, UploadFile):
        return me(visit, person.id, 422, refused=problem)
    try:
        notice = shown_notice(visit, str(form.get("notice", "")))
        checked = uploads.check(person.id, file.file.read(), file.filename or "", session.who, notice)
    except (ConfigError, OutsideError) as error:
        _log.warning("a photo could not be checked: %s", error)
        raise HTTPException(503) from error
    if checked.reason == Code.LOCKED:
        return visit.go(f"/me?code={Code.LOCKED}")
    if not checked.usable:
        return me(visit, person.id, 422, refused=told(checked.reason, checked.sentence, visit.words))
    visit.desk.wake()
    return visit.go(f"/me?code={checked.taken.code if checked.taken else Code.TAKEN}")


def _problem(visit: Visit, file: UploadFile | str | None) -> Told | None:
    """Return what is wrong with a file before anybody looks into it."""
    say, most = visit.words, visit.desk.policy.server.largest_upload
    if not isinstance(file, UploadFile) or not (file.filename or file.size):
        return Told(say("upload.none"), say.language)
    if not file.size:
        return told("photo.empty", EMPTY, say)
    if file.size > most * _MEGABYTE:
        return Told(say("upload.large", size=round(file.size / _MEGABYTE), most=most), say.language)
    return None
