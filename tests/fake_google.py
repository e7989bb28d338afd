"""A stand-in for Google Workspace that keeps state; no real tenant was ever used.

Calls and answers are checked against Google's own discovery documents (google_contract.py); what these leave open
follows Google's guides and what GAM, a tool for administrators, expects: 404 for no photo and for no user, pictures
scaled to 96 × 96 and encoded anew, photos that have to be deleted before they are replaced, quota answered with 403,
signatures that are cleaned, 10,000 characters.
"""

import json
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.google_answers import Answer, fault, only, said, told
from tests.google_company import ADMIN, Company, Who
from tests.google_contract import Method, method_of, unknown_fields
from tests.google_token import Issuer
from tests.loopback import served, whole_body


@dataclass
class FakeGoogle(Company):
    """The company at its APIs, with their quota and all their moods.

    ``next`` are answers that go before any other, ``stuck`` those of paths (a pattern: how often, which), and
    ``lose_answers`` is how many connections of writes just end, the work being done. ``faults`` are shares of calls, by kind (see :func:`fault`, and "cut"), drawn by ``dice``. ``wrong`` is
    what broke the contract; it has to stay empty.
    """

    clock: Callable[[], float] = time.monotonic
    next: list[Answer] = field(default_factory=list)
    stuck: dict[str, tuple[int, Answer]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    faults: dict[str, float] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    lose_answers: int = 0
    drip: float = 0
    a_minute: int = 2_400
    at_once: int = 20
    calls: list[tuple[str, str]] = field(default_factory=list)
    most_a_minute: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        """Open the token endpoint, and let the administrator in."""
        self.issuer = Issuer(self.is_awake, self.clock)
        self._recent: dict[tuple[str, str], deque[float]] = {}
        self.add("1", ADMIN, isAdmin=True)

    def changes(self) -> list[tuple[str, str]]:
        """Return all calls that might have changed something."""
        return [(verb, path) for verb, path in self.calls if verb != "GET" and path != "/token"]

    def answer(self, verb: str, target: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """Answer one call; None for a connection that ends without an answer."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        self.calls.append((verb, path))
        self.heard.append(f"{verb} {path}")
        stuck = self._stuck(path)
        if stuck:
            return stuck
        if self.next and path != "/token":
            return self.next.pop(0)
        mood = self._mood()
        if mood not in {"", "cut"}:
            return fault(mood)
        answer = self._answered(verb, path, query, headers, body)
        return None if mood == "cut" else answer

    def _answered(
        self, verb: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        if (verb, path) == ("POST", "/token"):
            status, answer = self.issuer.answer(body)
            return told(answer, status)
        if path.startswith("/picture/"):
            return self.picture(path, query, headers)
        found, who = method_of(verb, path), self.issuer.who(headers.get("authorization", ""))
        if found is None:
            self.wrong.append(f"{verb} {path} is no method of Google's")
            return Answer(404, b"<html><title>Error 404 (Not Found)!!1</title></html>")
        method, named = found
        return self._shut(method, who) or self._checked(method, named, who or ("", frozenset()), query, body)

    def _shut(self, method: Method, who: Who | None) -> Answer | None:
        """Return why a call does not come in, None when it does."""
        if who is None:
            return said(401, "authError", "Request had invalid authentication credentials.")
        if not method.allows(who[1]):
            return said(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        return fault("quota") if self._is_full(method.api, who[0]) else None

    def _checked(
        self,
        method: Method,
        named: dict[str, str],
        who: Who,
        query: dict[str, str],
        body: bytes,
    ) -> Answer:
        sent = json.loads(body) if body else None
        problems = method.wrong(query, sent)
        if problems:
            self.wrong += [f"{method.id}: {problem}" for problem in problems]
            return said(400, "invalidArgument", "; ".join(problems))
        unknown = unknown_fields(query.get("fields", ""))
        if unknown:
            return said(400, "invalidParameter", f"Invalid field selection {unknown[0]}")
        answer = getattr(self, method.id.replace(".", "_").lower())(named, who, query, sent)
        if answer.status == 200:
            answer = only(answer, query.get("fields", ""))
            problems = method.wrong_answer(json.loads(answer.body) if answer.body else None)
            self.wrong += [f"{method.id}: {problem}" for problem in problems]
        return answer

    def _stuck(self, path: str) -> Answer | None:
        for pattern, (times, answer) in self.stuck.items():
            if times > 0 and re.search(pattern, path):
                self.stuck[pattern] = (times - 1, answer)
                return answer
        return None

    def _mood(self) -> str:
        drawn = self.dice.random() if self.faults else 1.0
        for kind, share in self.faults.items():
            if drawn < share:
                return kind
            drawn -= share
        return ""

    def _is_full(self, api: str, user: str) -> bool:
        """Count the calls of one user at one API within a minute of our own clock."""
        recent, now = self._recent.setdefault((api, user), deque()), self.clock()
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= self.a_minute:
            return True
        recent.append(now)
        self.most_a_minute = max(self.most_a_minute, len(recent))
        return False


@contextmanager
def google(clock: Callable[[], float] = time.monotonic) -> Iterator[FakeGoogle]:
    """Run a company with one administrator on a free port of this machine."""
    company, doors = FakeGoogle(clock=clock), [0]
    turn, door = threading.Lock(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _do(self) -> None:
            body = whole_body(self)
            if body is None:
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            with door:
                doors[0] += 1
                crowded = doors[0] > company.at_once
            with turn:
                company.most_at_once = max(company.most_at_once, doors[0])
                answer = fault("crowd") if crowded else company.answer(self.command, self.path, headers, body)
                lost = company.lose_answers > 0 and self.command in {"PUT", "PATCH", "DELETE"}
                company.lose_answers -= lost
            with door:
                doors[0] -= 1
            if lost or answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(answer.body)

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._do
            raise AttributeError(name)

        def _send(self, body: bytes) -> None:
            step = 1 if company.drip else len(body) or 1
            for at in range(0, len(body), step):
                self.wfile.write(body[at : at + step])
                time.sleep(company.drip)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as company.url:
        yield company
