"""A real SCIM server (scim2-server) on loopback, and what a test can put before it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from tests.faulty_answers import IMPATIENT

TOKEN = "scim-secret"  # noqa: S105 - of a server that lives for one test
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_APP = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class ScimServer:
    """The server, every call that came, and the answers that go before its own: (status line, body, headers)."""

    url: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    next: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    lose_answers: int = 0
    failing: dict[str, tuple[str, int]] = field(default_factory=dict)  # "list" or "photo": fault, how often

    def client(self) -> httpx.Client:
        """Return a client of an administrator, whose calls are not counted."""
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/scim+json",
            "X-Admin": "1",
        }
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, verify=False, timeout=60)  # noqa: S501 - no TLS

    def add(self, name: str, employee_number: str = "", /, **more: object) -> str:
        """Add a user and return its id."""
        user: dict[str, object] = {"schemas": [_USER], "userName": name, **more}
        if employee_number:
            user["schemas"] = [_USER, _ENTERPRISE]
            user[_ENTERPRISE] = {"employeeNumber": employee_number}
        with self.client() as client:
            reply = client.post("/Users", json=user)
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def clear(self) -> None:
        """Delete all users, and forget what was called and what should fail."""
        with self.client() as client:
            while users := client.get("/Users", params={"attributes": "id"}).json().get("Resources"):
                for user in users:
                    client.delete(f"/Users/{user['id']}")
        del self.calls[:], self.next[:]
        self.failing.clear()

    def user(self, id_: str) -> dict[str, Any]:
        """Return all that the server has of a user."""
        with self.client() as client:
            return dict(client.get(f"/Users/{id_}").json())

    def change(self, id_: str, op: str, path: str, value: object) -> None:
        """Change a user behind our back."""
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": op, "path": path, "value": value}],
        }
        with self.client() as client:
            assert client.patch(f"/Users/{id_}", json=body).is_success

    def writes(self) -> list[tuple[str, str]]:
        """Return all calls of ours that were not GET."""
        return [call for call in self.calls if call[0] != "GET"]


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        """Give the application the socket, so that it can break."""
        return {**super().get_environ(), "test.socket": self.connection}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def scim_server() -> Iterator[ScimServer]:
    """Run an empty server on a free port of this machine."""
    config = load_default_service_provider_config()
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )
    real = BearerTokenApplication(
        InMemoryStorage(), provider, service=ScimService(provider, secret="x" * 32), bearer_tokens=[TOKEN]
    )
    scim = ScimServer()
    with make_server("127.0.0.1", 0, _watched(scim, real), _Threads, _Quiet) as server:
        scim.url = f"http://127.0.0.1:{server.server_port}/v2"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield scim
        server.shutdown()


def _watched(scim: ScimServer, real: _APP) -> _APP:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_X_ADMIN" in environ:
            return real(environ, start)
        scim.calls.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if scim.next:
            status, body, headers = scim.next.pop(0)
            start(status, [("Content-Type", "application/scim+json"), *headers.items()])
            return [body]
        done = _faulty(scim, environ, start) or real(environ, start)
        if scim.lose_answers:
            scim.lose_answers -= 1
            environ["test.socket"].shutdown(socket.SHUT_RDWR)
        return done

    return answer


def _faulty(scim: ScimServer, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
    kind = "list" if environ["PATH_INFO"].endswith("/Users") else "photo"
    fault, times = scim.failing.get(kind, ("", 0))
    scim.failing[kind] = (fault, times - 1)
    if times <= 0:
        return None
    if fault == "slow":
        time.sleep(2 * IMPATIENT)
        return None
    if fault in {"truncated", "wrong_type"}:
        page = b"<!doctype html><title>Sign in</title>" if fault == "wrong_type" else b'{"totalResults": 1,'
        size = len(page) * (2 if fault == "truncated" else 1)
        start("200 OK", [("Content-Type", "application/scim+json"), ("Content-Length", str(size))])
        return [page]
    status, body, _ = error(f"{fault} Fault", "a fault")
    start(status, [("Content-Type", "application/scim+json"), ("Retry-After", "0")])
    return [body]


def error(status: str, detail: str = "", kind: str = "") -> tuple[str, bytes, dict[str, str]]:
    """Return an answer in the form of SCIM errors."""
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status[:3],
        "detail": detail,
    }
    return status, json.dumps(body | ({"scimType": kind} if kind else {})).encode(), {}
