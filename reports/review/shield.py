"""What stands before every page: sizes, rates, where a form came from, and what a browser may do with a page."""

import threading
import time
from collections import deque
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MINUTE = 60.0  # seconds
FORM = 256 * 1024  # bytes of any body but a photo
_SAFE = ("GET", "HEAD")
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # no-referrer would make browsers send Origin: null with our own forms
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_HTTPS = {"strict-transport-security": "max-age=31536000"}


class Shield:
    """Refuses forms that another site sends, and gives every answer the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp, origin: str, refused: Callable[[Request], Response]) -> None:
        """Stand before ``app``, which browsers reach at ``origin`` (scheme, host and port); ``refused`` makes the page for a 403."""
        self._app, self._refused = app, refused
        self._origin = origin
        self._headers = _HEADERS | (_HTTPS if origin.startswith("https:") else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        if scope["method"] not in _SAFE and self._foreign(Headers(scope=scope)):
            page = await run_in_threadpool(self._refused, Request(scope))
            return await page(scope, receive, send_guarded)
        return await self._app(scope, receive, send_guarded)

    def _foreign(self, headers: Headers) -> bool:
        """Whether a browser says that another site sent this; one that says nothing is left to the form's token."""
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return True
        return headers.get("origin", self._origin) != self._origin


class Pace:
    """How often one client may do a thing in a minute; in memory, for one server."""

    def __init__(self) -> None:
        """Begin to count."""
        self._lock = threading.Lock()
        self._moments: dict[tuple[str, str], deque[float]] = {}
        self._swept = time.monotonic()

    def step(self, what: str, who: str, a_minute: int) -> None:
        """Count one; raise 429 when it is too many."""
        with self._lock:
            moments = self._recent(what, who)
            if len(moments) < a_minute:
                moments.append(time.monotonic())
                return
        raise HTTPException(429, headers={"retry-after": "60"})

    def full(self, what: str, who: str, a_minute: int) -> bool:
        """Whether the next one would be too many."""
        with self._lock:
            return len(self._recent(what, who)) >= a_minute

    def _recent(self, what: str, who: str) -> deque[float]:
        """Return the moments of the last minute."""
        since = time.monotonic() - _MINUTE
        if self._swept < since:
            self._moments = {
                key: there for key, there in self._moments.items() if there and there[-1] > since
            }
            self._swept = time.monotonic()
        moments = self._moments.setdefault((what, who), deque())
        while moments and moments[0] <= since:
            moments.popleft()
        return moments


def client_of(request: Request) -> str:
    """Return the address that a request came from; behind a proxy that is named in the policy, the client's own."""
    return request.client.host if request.client else ""
