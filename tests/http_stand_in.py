"""Servers of HR systems for tests: an answer is a function of a call, and a fault is one that goes before it."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.loopback import served
from tests.source_worlds import Fault, What


@dataclass(frozen=True)
class Answer:
    """A status, a body, and headers; only ``sent`` bytes of the body come when that is said."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None


@dataclass(frozen=True)
class Call:
    """What was asked: the path as it was sent, its query, and the headers in small letters."""

    path: str
    query: str
    headers: Mapping[str, str]


_FAULTS: Mapping[Fault, Answer] = {
    "401": Answer(401, b"no"),
    "403": Answer(403, b"no"),
    "404": Answer(404, b"<html>Not here</html>", {"Content-Type": "text/html"}),
    "429": Answer(429, b"", {"Retry-After": "1"}),
    "500": Answer(500, b"oops"),
    "slow": Answer(200, b"", {"Content-Length": "99"}),
    "wrong_type": Answer(
        200, b"<!DOCTYPE html><html><body>Sign in</body></html>", {"Content-Type": "text/html"}
    ),
}


class Faults:
    """The answers that are wrong on purpose, for a while."""

    def __init__(self) -> None:
        """Begin without any."""
        self._left: dict[What, deque[Fault]] = {"list": deque(), "photo": deque()}

    def set(self, what: What, fault: Fault, times: int) -> None:
        """Let the next answers of a kind be faulty."""
        self._left[what] = deque([fault] * times)

    def over(self, what: What, answer: Answer) -> Answer:
        """Return what is answered instead."""
        if not self._left[what]:
            return answer
        fault = self._left[what].popleft()
        if fault == "truncated":
            return Answer(200, answer.body or b"x" * 100, answer.headers, sent=len(answer.body) // 2)
        return _FAULTS[fault]


@contextmanager
def serving(
    answer: Callable[[Call], Answer], post: Callable[[str, bytes], Answer] | None = None
) -> Iterator[str]:
    """Answer GET, and POST (a path, a body) where that is said, on a free port of this machine; anything else with 501."""
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            with turn:
                told = answer(
                    Call(path, query, {name.lower(): value for name, value in self.headers.items()})
                )
            self._send(told)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            with turn:
                self._send(post(self.path, body) if post else Answer(405))

        def _send(self, told: Answer) -> None:
            self.send_response(told.status)
            length = {} if told.status == 304 else {"Content-Length": str(len(told.body))}
            for name, value in {**length, **told.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body[: told.sent])
            self.close_connection = told.sent is not None

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as url:
        yield url
