"""A stand-in for Microsoft Graph and its sign-in that keeps state and follows the published contract.

No real tenant was ever used. Status codes, error codes and shapes are after Microsoft's documentation and its issue
threads: photos (404 and one pixel for none, 100 kB without a mailbox), libraries (tags, downloads that are already
signed), tokens that end, 429 with seconds, with a date and without, and never more than four calls at a time.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.certificates import Certificates
from tests.fake_graph_answers import DENIED, EXPIRED, Answer, as_json, wrong
from tests.fake_graph_batch import Batches, bent
from tests.fake_graph_delta import Delta
from tests.fake_graph_files import Files
from tests.fake_graph_people import People
from tests.fake_graph_tokens import TENANT, Tokens
from tests.loopback import served, whole_body

AT_ONCE = 4
_NO_SUCH_CALL = wrong(400, "BadRequest", "Resource not found for the segment.")
_BUSY = ("TooManyRequests", "The request has been throttled")


@dataclass
class FakeGraph:
    """The tenant: tokens, people, files, and the answers that are wrong on purpose.

    ``next`` are answers that go before any other. ``faults`` are rates by kind: a status ("429", "503", "507"),
    "429-date", "429-bare", "401", "html", and "cut", where the work is done and the connection ends. ``crowded``
    counts the calls that came when four were under way (they get 429), ``unkind`` those that were not at low priority.
    ``inner`` are the paths that were asked for inside of batches, ``lines`` those and all others; ``trouble`` is by "list" or "photo" which fault the
    next so many answers have, be they inside of a batch or not.
    """

    tokens: Tokens = field(default_factory=Tokens)
    people: People = field(default_factory=People)
    files: Files = field(default_factory=Files)
    delta: Delta = field(default_factory=Delta)
    batches: Batches = field(default_factory=Batches)
    trouble: dict[str, tuple[str, int]] = field(default_factory=dict)
    inner: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    next: list[Answer] = field(default_factory=list)
    faults: dict[str, float] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311
    retry_after: int = 1
    lose_answers: int = 0
    drip: float = 0
    hold: float = 0
    holds: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    unkind: int = 0
    under_way: int = 0
    most: int = 0
    crowded: int = 0
    url: str = ""
    turn: threading.Lock = field(default_factory=threading.Lock)

    def writes(self) -> list[tuple[str, str]]:
        """Return all calls that were not GET."""
        return [call for call in self.calls if call[0] != "GET"]

    def serve(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Answer, bool]:
        """Answer one call; True with it when the answer is lost on the way."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        if not path.startswith(("/v1.0/", "/beta/")):
            with self.turn:
                return self._beside(path, query, headers, body), False
        with self.turn:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            full = self.under_way > AT_ONCE
            self.crowded += full
        part = "photo" if path.endswith("/$batch") or "/photo" in path else "list"
        if self.hold and self.holds in {"", part}:
            time.sleep(self.hold)
        with self.turn:
            try:
                answer = wrong(429, *_BUSY) if full else self._graph(method, path, query, headers, body)
                lost = self.lose_answers > 0
                self.lose_answers -= lost
                return answer, lost or (answer.status < 300 and self._falls("cut"))
            finally:
                self.under_way -= 1

    def _falls(self, kind: str) -> bool:
        return kind in self.faults and self.dice.random() < self.faults[kind]

    def _beside(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        """Answer at the sign-in, or a download."""
        if path == "/download":
            return self.files.download(query.get("tempauth", ""), headers)
        if path == f"/{TENANT}/v2.0/.well-known/openid-configuration":
            return self.tokens.discovery(self.url)
        if path == f"/{TENANT}/oauth2/v2.0/token":
            return self.tokens.token(self.url, dict(parse_qsl(body.decode())))
        return as_json(
            400, {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."}
        )

    def _graph(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        self.calls.append((method, path))
        self.lines.append(f"{method} {path}")
        self.unkind += headers.get("x-ms-throttle-priority") != "Low"
        ahead = self.next.pop(0) if self.next else self._fault()
        if ahead:
            return ahead
        if not self.tokens.admits(headers.get("authorization", "")):
            return EXPIRED
        if path == "/beta/admin/people/photoUpdateSettings" and method == "GET":
            return (
                as_json(200, self.people.policy) if "PeopleSettings.Read.All" in self.tokens.roles else DENIED
            )
        if path == "/v1.0/$batch" and method == "POST":
            return self.batches.answer(body, self.dice, self._inner)
        if path.startswith(("/v1.0/drives/", "/v1.0/sites/")):
            return self.files.answer(self.url, method, path.removeprefix("/v1.0"), headers, body)
        return self._people(method, path.removeprefix("/v1.0/").split("/"), query, headers, body)

    def _inner(self, method: str, target: str) -> Answer:
        """Answer one request of a batch; its path is below the version."""
        self.inner.append(target)
        self.lines.append(target)
        parts = urlsplit(target)
        path = unquote(parts.path).strip("/").split("/")
        if method != "GET":
            return _NO_SUCH_CALL
        return self._people(method, path, dict(parse_qsl(parts.query)), {}, b"")

    def _troubled(self, what: str, answer: Answer) -> Answer:
        fault, left = self.trouble.get(what, ("", 0))
        self.trouble[what] = (fault, left - 1)
        return bent(answer, fault) if left > 0 else answer

    def _people(
        self, method: str, path: list[str], query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        match (method, *path):
            case ("GET", "users", "delta") | ("GET", "groups", _, _, "microsoft.graph.user"):
                return self._troubled("list", self._source(path, query, headers))
            case ("GET", "users"):
                return self.people.listed(self.url, query, self.tokens.roles)
            case ("GET", "groups", group, "transitiveMembers"):
                return self.people.members(self.url, group, query, self.tokens.roles)
            case ("GET", "users", id_):
                return self.people.user(id_, query.get("$select", "id"))
            case (_, "users", id_, "photo", *rest):
                return self._photo(
                    method, id_, headers.get("content-type", ""), body, value=rest == ["$value"]
                )
        return _NO_SUCH_CALL

    def _source(self, path: list[str], query: dict[str, str], headers: dict[str, str]) -> Answer:
        """List everybody and then changes, or the users in a group."""
        if path[0] == "users":
            return self.delta.answer(self.url, self.people.users, query, self.tokens.roles)
        eventual = headers.get("consistencylevel") == "eventual"
        return self.people.users_of(self.url, path[1], query, self.tokens.roles, eventual=eventual)

    def _photo(self, method: str, id_: str, kind: str, body: bytes, *, value: bool) -> Answer:
        if method == "GET":
            return self._troubled("photo", self.people.photo(id_, value=value, roles=self.tokens.roles))
        if method == "PUT" and value:
            return self.people.put(id_, kind, body, self.tokens.roles)
        return self.people.delete(id_, self.tokens.roles) if method == "DELETE" and value else _NO_SUCH_CALL

    def _fault(self) -> Answer | None:
        for kind in self.faults:
            if kind != "cut" and self._falls(kind):
                return self._wrong(kind)
        return None

    def _wrong(self, kind: str) -> Answer:
        if kind == "html":
            return Answer(200, b"<html>sign in here</html>", {"Content-Type": "text/html"})
        if kind == "401":
            return EXPIRED
        soon = format_datetime(datetime.now(UTC) + timedelta(seconds=self.retry_after), usegmt=True)
        told = {"429-date": soon, "429-bare": ""}.get(kind, str(self.retry_after))
        status = int(kind[:3])
        headers = {"Retry-After": told} if told and status in {429, 503} else {}
        code = (
            _BUSY
            if status == 429
            else ("serviceNotAvailable", "The service is not available. Try again later.")
        )
        return wrong(status, *code, **headers)


@contextmanager
def graph(certificates: Certificates | None = None) -> Iterator[FakeGraph]:
    """Run an empty tenant on a free port of this machine, over TLS where there are certificates for it."""
    tenant = FakeGraph()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _do(self) -> None:
            body = whole_body(self)
            if body is None:
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer, lost = tenant.serve(self.command, self.path, headers, body)
            if lost:
                self.close_connection = True
                return
            if answer.headers.get("Content-Length", str(len(answer.body))) != str(len(answer.body)):
                self.close_connection = True  # it breaks off in the middle
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(answer.body)

        do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _do  # noqa: N815

        def _send(self, body: bytes) -> None:
            step = 1 if tenant.drip else max(1, len(body))
            for at in range(0, len(body), step):
                self.wfile.write(body[at : at + step])
                time.sleep(tenant.drip)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler, certificates) as tenant.url:
        yield tenant
