"""The review server's pages put together: routes, what stands before them, and pages for what goes wrong."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from reports.review import employee, entry, people, picture, signon
from reports.review.desk import ReviewDesk
from reports.review.shield import FORM, Pace, Shield
from reports.review.views import Looks
from reports.review.visit import STALE_FORM, Visit

_STATIC = Path(__file__).parent / "static"
_TOLD = (400, 401, 403, 404, 405, 410, 413, 422, 429, 500, 503)
_log = logging.getLogger("catchlight.review")


def make_app(desk: ReviewDesk) -> Starlette:
    """Return the server's application; it answers below the path of ``policy.url`` and at the root alike."""
    pages: list[BaseRoute] = [
        *(route for part in (entry, employee, people, picture, signon) for route in part.routes()),
        Route("/health", _health),
        Mount("/static", StaticFiles(directory=_STATIC), name="static"),
    ]
    routes = [Mount(desk.root, routes=pages), *pages] if desk.root else pages
    parts = urlsplit(desk.policy.url)
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Shield, origin=f"{parts.scheme}://{parts.netloc}", refused=_foreign),
            Middleware(RequestBodyLimitMiddleware, max_body_size=FORM),
        ],
        exception_handlers={HTTPException: _problem, ClientDisconnect: _gone, Exception: _failure},
    )
    app.state.desk, app.state.pace, app.state.looks = desk, Pace(), Looks()
    return app


def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


def _problem(request: Request, problem: Exception) -> Response:
    """Return a page that says what went wrong and what to do."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    key: int | str = status if status in _TOLD else 500
    if isinstance(problem, HTTPException) and problem.detail == STALE_FORM:
        key = STALE_FORM
    page = Visit(request).page("problem.html.j2", status, key=key)
    if isinstance(problem, HTTPException):
        page.headers.update(problem.headers or {})
    return page


def _foreign(request: Request) -> Response:
    """Return the page for a form of another site, with the way to the page itself."""
    return Visit(request).page("problem.html.j2", 403, key="origin")


def _gone(_: Request, _problem: Exception) -> Response:
    """Say nothing: whoever sent this has hung up."""
    return PlainTextResponse("", 400)


def _failure(request: Request, problem: Exception) -> Response:
    """Log a bug, and say only that there is one."""
    _log.error("%s %s failed", request.method, request.url.path.split("/l/")[0], exc_info=problem)
    return _problem(request, HTTPException(500))
