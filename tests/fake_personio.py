"""A stand-in for Personio that keeps state and follows its published API (v1); no real account was ever used.

After Personio's OpenAPI description and changelog: tokens that are stable for a day, or, as they once were, good for
one call and given anew with each answer; attributes that a credential may show or not; 404 for everything that is
not there or may not be seen.
"""

import json
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import served

CLIENT, SECRET = "papi-client", "papi-secret"
_ABOVE = "/v1/company/employees"
ALLOWED = frozenset([
    "id", "first_name", "last_name", "email", "status", "position", "department", "subcompany", "employment_type",
    "hire_date", "last_modified_at", "profile_picture",
])  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A status, a body, and headers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def told(value: Any, status: int = 200) -> Answer:
    """Return JSON."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def said(status: int, words: str) -> Answer:
    """Return an error as Personio answers it."""
    return told({"success": False, "error": {"code": 0, "message": words}}, status)


@dataclass
class FakePersonio:
    """The company: employees by id, their pictures, and what the credential may show (``allowed``).

    ``rotates``: each token is good for one call. ``stuck`` are answers of paths (a pattern: how often, which).
    """

    employees: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    allowed: frozenset[str] = ALLOWED
    rotates: bool = False
    says_total: bool = True
    largest: int = 100
    stuck: dict[str, tuple[int, Answer]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    url: str = ""
    _token: str = ""

    def add(self, id_: str, **values: Any) -> None:
        """Hire somebody."""
        self.employees[id_] = {
            "id": int(id_), "status": "active", "last_modified_at": "2026-01-01T00:00:00+01:00", **values,
        }  # fmt: skip

    def end_token(self) -> None:
        """Let the token that was given be good no more."""
        self._token = ""

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer one call."""
        parts = urlsplit(target)
        self.calls.append(f"{method} {parts.path}")
        for pattern, (times, answer) in self.stuck.items():
            if times > 0 and re.search(pattern, parts.path):
                self.stuck[pattern] = (times - 1, answer)
                return answer
        if (method, parts.path) == ("POST", "/v1/auth"):
            return self._auth(json.loads(body))
        if not self._token or headers.get("authorization") != f"Bearer {self._token}":
            return said(401, "The token has been blacklisted")
        if self.rotates:
            self._token = "papi-" + secrets.token_urlsafe(8)
        if method != "GET":
            self.wrong.append(f"{method} {parts.path}")
        found = self._read(parts.path.removeprefix(_ABOVE).strip("/").split("/"), parse_qs(parts.query))
        return Answer(found.status, found.body, {**found.headers, "authorization": f"Bearer {self._token}"})

    def _auth(self, sent: dict[str, str]) -> Answer:
        if sent != {"client_id": CLIENT, "client_secret": SECRET}:
            return said(403, "Wrong credentials")
        self._token = self._token or "papi-" + secrets.token_urlsafe(8)
        return told({"success": True, "data": {"token": self._token, "expires_in": 86400}})

    def _read(self, path: list[str], query: dict[str, list[str]]) -> Answer:
        match path:
            case [""]:
                return self._list(query)
            case [id_, "profile-picture", width] if width.isdigit():
                there = id_ in self.employees and id_ in self.pictures and "profile_picture" in self.allowed
                if not there:
                    return said(404, "personio.core.api.exceptions.api.not.found.http.exception")
                return Answer(200, self.pictures[id_], {"Content-Type": "image/png"})
        return said(404, "not found")

    def _list(self, query: dict[str, list[str]]) -> Answer:
        limit, offset = int(query.get("limit", ["50"])[0]), int(query.get("offset", ["0"])[0])
        if limit > 100:
            return said(400, "limit must be at most 100")
        rows = list(self.employees.values())[offset : offset + min(limit, self.largest)]
        data = [{"type": "Employee", "attributes": self._attributes(one)} for one in rows]
        metadata = {"total_elements": len(self.employees), "current_page": 0, "total_pages": 1}
        more = {"metadata": metadata} if self.says_total else {}
        return told({"success": True, "data": data, "limit": limit, "offset": offset, **more})

    def _attributes(self, one: dict[str, Any]) -> dict[str, Any]:
        picture = f"https://api.personio.de{_ABOVE}/{one['id']}/profile-picture"
        had = {**one, "profile_picture": picture if str(one["id"]) in self.pictures else None}
        names = [name for name in {**dict.fromkeys(sorted(ALLOWED)), **had} if name in self.allowed]
        return {name: _attribute(name, had.get(name)) for name in names}


def _attribute(name: str, value: Any) -> dict[str, Any]:
    if name in {"department", "subcompany"} and value:
        value = {"type": name.title(), "attributes": {"id": 1, "name": value}}
    own = name.startswith("dynamic_")
    return {"label": name, "value": value, "type": "standard", "universal_id": "iban" if own else name}


@contextmanager
def personio() -> Iterator[FakePersonio]:
    """Run an empty company on a free port of this machine."""
    company, turn = FakePersonio(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with turn:
                answer = company.answer(self.command, self.path, headers, body)
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._do
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as company.url:
        yield company
