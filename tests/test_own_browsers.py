"""Pages of other sites neither read nor start flows by somebody's browser."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from flows.own_browsers import OwnBrowsers
from flows.server import prefect_server
from tests.private_prefect import login

HERE, PUBLIC = "127.0.0.1:4200", "https://flows.example.com/api"
EVIL = "https://evil.example"


async def _greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("events")
    await socket.close()


def _client(public: str) -> TestClient:
    asked = Route("/", lambda _: PlainTextResponse("flows"), methods=["GET", "POST"])
    app = Starlette(routes=[asked, WebSocketRoute("/events", _greet)])
    return TestClient(OwnBrowsers(app, public), base_url=f"http://{HERE}")


@pytest.mark.parametrize(
    ("host", "origin", "public", "status"),
    [
        (HERE, "", "", 200), (HERE, f"http://{HERE}", "", 200), (HERE, "http://localhost:4200", "", 200),
        ("[::1]:4200", "http://localhost:4200", "", 200), (HERE, "https://flows.example.com", PUBLIC, 200),
        ("flows.example.com", "https://flows.example.com", PUBLIC, 200), ("flows.example.com", "", PUBLIC, 200),
        (HERE, EVIL, "", 403), (HERE, "null", "", 403), (HERE, "http://localhost:3000", "", 403),
        (HERE, EVIL, PUBLIC, 403), ("evil.example:4200", "http://evil.example:4200", "", 403),
        ("evil.example:4200", "", PUBLIC, 403), ("", "", "", 403), (f"{HERE}x", f"http://{HERE}", "", 403),
        ("127.0.0.1.evil.example:4200", "", "", 403), (HERE, "http://127.0.0.1:99999", "", 403),
    ],
)  # fmt: skip
def test_own_pages_alone_may_ask(host: str, origin: str, public: str, status: int) -> None:
    """Programs say no origin; a name that another site lets lead to loopback is not ours."""
    headers = {"host": host, **({"origin": origin} if origin else {})}
    assert _client(public).post("/", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("host", "status"), [("prefect:4200", 200), ("flows.example.com", 200), ("evil:4200", 403)]
)
def test_workers_come_by_a_name_of_their_own(host: str, status: int) -> None:
    """People's name and the one inside are known, each for itself."""
    asked = Route("/", lambda _: PlainTextResponse("flows"))
    app = OwnBrowsers(Starlette(routes=[asked]), PUBLIC, "http://prefect:4200/api")
    assert TestClient(app).get("/", headers={"host": host}).status_code == status


def test_a_web_socket_of_another_site_is_not_opened() -> None:
    """No browser asks before it opens one."""
    client = _client("")
    with client.websocket_connect("/events", headers={"host": HERE}) as socket:
        assert socket.receive_text() == "events"
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/events", headers={"host": HERE, "origin": EVIL}),
    ):
        pass


@pytest.mark.prefect
def test_prefect_s_server_lets_no_other_site_in(tmp_path: Path) -> None:
    """Prefect by itself answers all of them."""
    with prefect_server(tmp_path) as address:
        for headers, status in ({}, 200), ({"origin": EVIL}, 403), ({"host": "evil.example"}, 403):
            asked = httpx.post(
                f"{address}/flows/filter", json={}, headers=headers, auth=login(), trust_env=False
            )
            assert (asked.status_code, "access-control-allow-origin" in asked.headers) == (status, False)
