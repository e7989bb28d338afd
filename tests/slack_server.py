"""A Slack on loopback that answers by the contract of its Web API."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "xoxb-secret"  # noqa: S105  the test's own


@dataclass
class Slack:
    """A workspace: its people by address, and what it was asked.

    ``answers`` are given, per method, before the usual ones: a status, headers and a body each; None
    for a connection that ends without an answer.
    """

    people: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[tuple[int, dict[str, str], Any] | None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    messages: list[dict[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def refuse(self, method: str, error: str, **more: str) -> None:
        """Let the next call of a method fail with one of Slack's codes."""
        self.answer(method, 200, {"ok": False, "error": error, **more})

    def answer(self, method: str, status: int, body: Any = None, **headers: str) -> None:
        """Let the next call of a method get this answer."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.setdefault(method, []).append((status, headers, body))

    def usual(self, method: str, form: dict[str, str]) -> dict[str, Any]:
        """Return what Slack says when nothing is wrong."""
        if method == "users.lookupByEmail":
            known = self.people.get(form.get("email", ""))
            return {"ok": True, "user": {"id": known}} if known else {"ok": False, "error": "users_not_found"}
        if method == "conversations.open":
            return {"ok": True, "channel": {"id": f"D{form['users']}"}}
        if method == "chat.postMessage":
            self.messages.append(form)
            return {"ok": True, "channel": form["channel"], "ts": "1503435956.000247"}
        known = method == "auth.test"
        return (
            {"ok": True, "team": "Example", "user_id": "B1"}
            if known
            else {"ok": False, "error": "unknown_method"}
        )


@contextmanager
def slack_server(slack: Slack) -> Iterator[str]:
    """Run a Slack; yield the address of its Web API."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            method = self.path.rpartition("/")[2]
            slack.calls.append(method)
            slack.tokens.add(self.headers.get("Authorization", ""))
            planned = slack.answers.get(method, [])
            if planned:
                given = planned.pop(0)
                if given is None:
                    self.close_connection = True
                    return
                self._say(*given)
            elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._say(200, {}, {"ok": False, "error": "invalid_auth"})
            else:
                self._say(200, {}, slack.usual(method, form))

        def _say(self, status: int, headers: dict[str, str], body: Any) -> None:
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api"
    finally:
        server.shutdown()
        server.server_close()
