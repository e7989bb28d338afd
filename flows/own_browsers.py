"""Who may ask Prefect's server by a browser: its own pages. Whatever else is open there could read and start flows.

Prefect itself lets every page of the internet ask, and believes every name of its own; a browser on this machine, or
at the end of a tunnel, reaches loopback for any of them.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from catchlight.loopback import is_here


class OwnBrowsers:
    """Refuses what another site's page sends, web sockets among it, and what is sent to a name that is not ours."""

    def __init__(self, app: ASGIApp, *known: str) -> None:
        """Stand before ``app``; ``known`` are the addresses at which people and workers reach it, "" for none."""
        self._app = app
        at = [urlsplit(one) for one in known]
        self._names, self._places = {one.hostname for one in at} - {None}, {one.netloc for one in at} - {""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        why = self._problem(Headers(scope=scope)) if scope["type"] in {"http", "websocket"} else ""
        answer = PlainTextResponse(f"{why}\n", 403) if why else self._app
        await answer(scope, receive, send)

    def _problem(self, headers: Headers) -> str:
        host, origin = urlsplit(f"//{headers.get('host', '')}"), urlsplit(headers.get("origin", ""))
        try:
            local = is_here(origin.hostname or "") and origin.port == host.port
        except ValueError:  # a port that is none
            return "This is no address."
        if not is_here(host.hostname or "") and (host.hostname or "") not in self._names:
            return f"This server is not reached as {host.hostname}: see PREFECT_SERVER_UI_API_URL and PREFECT_API_URL."
        foreign = "origin" in headers and origin.netloc not in {host.netloc, *self._places} and not local
        return "Only this server's own pages may ask it from a browser." if foreign else ""
