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

import jwt

APP = "0oa1-service-app"
TOKEN = "00-token-of-a-reader"  # noqa: S105  the test's own
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
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

    ``app_key`` is the public key of a service app, ``kids`` which keys it signed with, ``given`` the tokens it has.
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
    app_key: Any = None
    app_scopes: set[str] = field(default_factory=lambda: {"okta.users.read"})
    app_role: bool = True
    app_dpop: bool = False
    given: set[str] = field(default_factory=set)
    kids: list[str] = field(default_factory=list)
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
        kind, _, token = headers.get("authorization", "").partition(" ")
        known = token in (self.tokens if kind == "SSWS" else self.given)
        if not known or (kind == "Bearer" and not self.app_role):
            return self._no(403 if known else 401)
        if self.remaining <= 0:
            return self._no(429)
        self.remaining -= 1
        parts = urlsplit(target)
        if parts.path == "/api/v1/users":
            return self._list({name: said[0] for name, said in parse_qs(parts.query).items()}, fault)
        user = self.users.get(parts.path.rpartition("/")[2])
        return self._said(user) if user else self._no(404)

    def token(self, body: bytes) -> Answer:
        """Answer a service app that asks for a token (RFC 6749, 7523), as Okta's organisation authorization server does."""
        form = {name: said[0] for name, said in parse_qs(body.decode()).items()}
        try:
            claims = jwt.decode(
                form["client_assertion"], self.app_key, ["RS256", "ES256"], audience=f"{self.url}/oauth2/v1/token",
                issuer=APP, subject=APP, options={"require": ["exp", "iss", "sub", "aud"]},
            )  # fmt: skip
            self.kids.append(jwt.get_unverified_header(form["client_assertion"]).get("kid", ""))
        except jwt.PyJWTError:
            return self._denied(401, "invalid_client", "The client_assertion signature is invalid.")
        assert claims["exp"] - claims["iat"] <= 3600
        if form["grant_type"] != "client_credentials" or form["client_assertion_type"] != _ASSERTION:
            return self._denied(400, "invalid_request", "The request is missing a required parameter.")
        if self.app_dpop:
            return self._denied(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.")
        if missing := set(form["scope"].split()) - self.app_scopes:
            return self._denied(400, "invalid_scope", f"One or more scopes are not allowed: {missing}")
        self.given.add(f"access-{len(self.given)}")
        told = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"access-{len(self.given) - 1}"}
        return (
            200,
            [("Content-Type", "application/json")],
            json.dumps(told | {"scope": form["scope"]}).encode(),
        )

    def _denied(self, status: int, code: str, words: str) -> Answer:
        told = {"error": code, "error_description": words}
        return status, [("Content-Type", "application/json")], json.dumps(told).encode()

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
            self._send(*okta.answer(self.path, headers))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            known = self.path == "/oauth2/v1/token"
            self._send(*(okta.token(body) if known else (405, [], b"")))

        def _send(self, status: int, more: list[tuple[str, str]], body: bytes) -> None:
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
