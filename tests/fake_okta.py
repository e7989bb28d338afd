"""A stand-in for Okta that keeps state and follows the published contract of its Users API; no real one was ever used.

Pages of 200 at most with ``Link`` headers, one for each relation; X-Rate-Limit headers whose reset is a second of UTC;
errors with ``errorCode`` and ``errorSummary``; the list leaves out who is deprovisioned.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "00-token-of-a-reader"  # noqa: S105  the test's own
_ERRORS = {
    401: ("E0000011", "Invalid token provided"),
    403: ("E0000006", "You do not have permission to perform the requested action"),
    404: ("E0000007", "Not found: Resource not found"),
    429: ("E0000047", "API call exceeded rate limit due to too many requests."),
    500: ("E0000009", "Internal Server Error"),
}
Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass
class FakeOkta:
    """Users by id; ``page`` is the most on one page, ``faults`` go before what is usual.

    ``remaining`` counts down where a limit is set; ``now`` is Okta's clock, ``carried`` what came with each call.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    page: int = 200
    faults: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    carried: list[dict[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    limit: int = 600
    remaining: int = 600
    now: int = 1_795_766_400
    elsewhere: str = ""
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, target: str, headers: dict[str, str]) -> Answer:
        """Answer one GET."""
        self.calls.append(target)
        self.carried.append(headers)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "slow":
            self.over.wait()
        if fault == "wrong_type":
            return 200, [("Content-Type", "application/json")], b"<html>Sign in</html>"
        if fault.isdigit():
            return self._no(int(fault))
        if headers.get("authorization", "").removeprefix("SSWS ") not in self.tokens:
            return self._no(401)
        if self.remaining <= 0:
            return self._no(429)
        self.remaining -= 1
        parts = urlsplit(target)
        if parts.path == "/api/v1/users":
            return self._list({name: said[0] for name, said in parse_qs(parts.query).items()}, fault)
        user = self.users.get(parts.path.rpartition("/")[2])
        return self._said(user) if user else self._no(404)

    def _list(self, asked: dict[str, str], fault: str) -> Answer:
        everybody = [one for one in self.users.values() if one["status"] != "DEPROVISIONED"]
        ids = [str(one["id"]) for one in everybody]
        after = asked.get("after", "")
        if after and after not in self.users:
            return self._no(400, "E0000031", "Invalid search criteria.")
        at = ids.index(after) + 1 if after in ids else 0
        size = min(int(asked.get("limit", "200")), self.page)
        above = f"{self.elsewhere or self.url}/api/v1/users?"
        links = [("Link", f'<{above}after={after}&limit={size}>; rel="self"')]
        if at + size < len(everybody):
            links.append(("Link", f'<{above}after={ids[at + size - 1]}&limit={size}&x=a%2Cb>; rel="next"'))
        status, headers, body = self._said(everybody[at : at + size])
        if fault == "truncated":
            return status, [*headers, *links, ("Content-Length", str(len(body)))], body[:-9]
        return status, [*headers, *links], body

    def _said(self, told: Any) -> Answer:
        return 200, [("Content-Type", "application/json"), *self._rate()], json.dumps(told).encode()

    def _no(self, status: int, code: str = "", words: str = "") -> Answer:
        known = _ERRORS.get(status, ("E0000000", "?"))
        told = {"errorCode": code or known[0], "errorSummary": words or known[1], "errorCauses": []}
        return status, self._rate(), json.dumps(told).encode()

    def _rate(self) -> list[tuple[str, str]]:
        said = {"Limit": self.limit, "Remaining": self.remaining, "Reset": self.now + 42}
        rate = [(f"X-Rate-Limit-{name}", str(value)) for name, value in said.items()]
        return [("Date", formatdate(self.now, usegmt=True)), *rate]


@contextmanager
def okta_server() -> Iterator[FakeOkta]:
    """Run an organisation on a free port of this machine."""
    okta = FakeOkta()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = okta.answer(self.path, headers)
            self.send_response_only(status)
            cut = any(name == "Content-Length" for name, _ in more)
            for name, value in [*more, *([] if cut else [("Content-Length", str(len(body)))])]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = cut

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up early is no news
    okta.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield okta
    finally:
        okta.over.set()
        server.shutdown()
        server.server_close()
