"""SCIM as a destination, against a real SCIM server."""

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import ValidationError

from catchlight.alike import alike
from catchlight.desk import open_desk
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.journal import State
from catchlight.place import Place
from catchlight.records import Employee
from catchlight.sending import settle
from connectors import scim
from connectors._allowed_calls import AllowedCalls, Line
from connectors._data_url import as_data_url, from_data_url
from tests.place_contract import keeps_the_contract, refuses_strange_targets
from tests.published_company import portrait
from tests.scim_server import TOKEN, ScimServer, error, scim_server

LINK = "https://pictures.example.org/anna.jpg"


@pytest.fixture
def server() -> Iterator[ScimServer]:
    """Return an empty server; nothing waits before it tries again."""
    with scim_server() as server, stamina.set_testing(True, attempts=3):
        yield server


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """Return the file with the token."""
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(TOKEN)
    return file


def settings(server: ScimServer, token: Path, /, **changed: Any) -> scim.Settings:
    """Return settings as IT would write them."""
    return scim.Settings(**{"url": server.url, "token_file": token, **changed})


def place(server: ScimServer, token: Path, /, **changed: Any) -> Place:
    """Return the server as a destination."""
    return scim.open_place(settings(server, token, **changed), "scim:directory")


@pytest.mark.parametrize("type_", ["photo", "thumbnail"])
def test_it_keeps_the_contract_of_places(server: ScimServer, token: Path, type_: str) -> None:
    """With either kind of picture; strange targets make no call at all."""
    id_ = server.add("anna", externalId="1")
    there = place(server, token, type=type_)
    assert there.accounts([Employee("1")]).targets == {"1": id_}
    keeps_the_contract(there, id_)
    before = len(server.calls)
    refuses_strange_targets(there)
    refuses_strange_targets(there, ["Users/1", "1/../2", "ä", "1 2", "...", "1;x", "1%00"])
    assert len(server.calls) == before


def test_only_the_picture_changes(server: ScimServer, token: Path) -> None:
    """Name, address, other pictures and whether the account is active stay; users are patched and never put."""
    more = {"externalId": "1", "active": True, "emails": [{"value": "a@example.org"}], "title": "Engineer"}
    thumbnail = {"type": "thumbnail", "value": LINK, "primary": True}
    id_ = server.add("anna", photos=[thumbnail], **more)
    before = {name: value for name, value in server.user(id_).items() if name not in {"meta", "photos"}}
    there = place(server, token)
    there.put(id_, portrait("one"))
    there.put(id_, portrait("two"))
    after = server.user(id_)
    assert {name: value for name, value in after.items() if name not in {"meta", "photos"}} == before
    assert after["photos"] == [thumbnail, {"type": "photo", "value": as_data_url(portrait("two"))}]
    there.remove(id_)
    assert server.user(id_)["photos"] == [thumbnail]
    assert set(server.writes()) == {("PATCH", f"/v2/Users/{id_}")}


def test_the_first_picture_is_the_primary_one(server: ScimServer, token: Path) -> None:
    """Programs that show one picture show this one."""
    id_ = server.add("anna")
    place(server, token).put(id_, portrait("one"))
    assert server.user(id_)["photos"][0]["primary"] is True


@pytest.mark.parametrize(
    ("match", "employee", "person"),
    [
        ("externalId", "id", Employee("E1")),
        ("userName", "email", Employee("x", email="Anna@Example.org")),
        ("emails", "email", Employee("x", email="a.meyer@example.org")),
        ("employeeNumber", "id", Employee("0042")),
    ],
)
def test_people_are_found_by_what_the_settings_name(
    server: ScimServer, token: Path, match: str, employee: str, person: Employee
) -> None:
    """By any of the four, and by nothing else; who is found by none is absent."""
    emails = [{"value": "anna@example.org"}, {"value": "a.meyer@example.org"}]
    anna = server.add("anna@example.org", "0042", externalId="E1", emails=emails, displayName="Anna")
    server.add("ben@example.org", "42", externalId="E2", displayName="Anna")
    found = place(server, token, match=match, employee=employee).accounts(
        [person, Employee("Anna", email="Anna")]
    )
    assert found.targets == {person.id: anna}
    assert found.absent == {"Anna": f"no account has {match} Anna"}


def test_people_are_found_page_by_page(server: ScimServer, token: Path) -> None:
    """Also where the server gives fewer a page than it was asked for."""
    ids = {str(number): server.add(f"p{number}", externalId=str(number)) for number in range(45)}
    people = [Employee(id_) for id_ in ids]
    assert place(server, token, page=7).accounts(people).targets == ids
    with server.client() as client:
        pages = [client.get("/Users", params={"startIndex": start, "count": 10}).content for start in (1, 11)]
    whole = [json.loads(page)["Resources"] for page in pages]
    server.next = [
        ("200 OK", json.dumps({"totalResults": 20, "itemsPerPage": 10, "Resources": users}).encode(), {})
        for users in whole
    ]
    assert len(place(server, token, page=1000).accounts(people).targets) == 20
    assert server.next == []


def test_accounts_that_cannot_be_told_apart_or_sleep_are_left_out(server: ScimServer, token: Path) -> None:
    """Two accounts with one number; one that is not active, which stays so."""
    server.add("anna", externalId="1")
    server.add("anna.old", externalId="1")
    ben = server.add("ben", externalId="2", active=False)
    found = place(server, token).accounts([Employee("1"), Employee("2")])
    assert found.targets == {}
    assert "2 accounts have externalId 1" in found.absent["1"]
    assert found.absent["2"] == "the account is not active"
    assert server.user(ben)["active"] is False


def test_a_picture_that_is_kept_elsewhere_is_left_alone(server: ScimServer, token: Path) -> None:
    """It is not fetched, and not replaced: it could not be put back."""
    id_ = server.add("anna", photos=[{"type": "photo", "value": LINK}])
    there = place(server, token)
    for ask in (there.look, there.remove, lambda one: there.put(one, portrait("one"))):
        with pytest.raises(PhotoError, match=r"kept elsewhere \(https://pictures") as caught:
            ask(id_)
        assert caught.value.reason == "photo.elsewhere"
    assert server.user(id_)["photos"][0]["value"] == LINK
    assert server.writes() == []


def test_two_pictures_of_our_kind_are_left_alone(server: ScimServer, token: Path) -> None:
    """Only one could be put back."""
    photos = [{"type": "photo", "value": as_data_url(portrait(name))} for name in ("one", "two")]
    id_ = server.add("anna", photos=photos)
    with pytest.raises(PhotoError, match="2 pictures of type photo"):
        place(server, token).put(id_, portrait("three"))
    assert server.user(id_)["photos"] == photos


def test_what_was_there_is_put_back_byte_for_byte(server: ScimServer, token: Path) -> None:
    """Also a PNG."""
    old = b"\x89PNG\r\n\x1a\n" + bytes(200_000)
    id_ = server.add("anna", photos=[{"type": "photo", "value": as_data_url(old)}])
    there = place(server, token)
    backup = there.look(id_)
    assert backup == old
    there.put(id_, portrait("new"))
    there.put(id_, backup)
    assert server.user(id_)["photos"][0]["value"] == as_data_url(old)


def test_a_user_who_changes_at_the_same_moment_is_not_overwritten(
    server: ScimServer, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our look and our write: the server refuses by its version, and nothing is lost."""
    id_ = server.add("anna")
    real = AllowedCalls.call

    def call(calls: AllowedCalls, method: str, path: str, **content: Any) -> Any:
        if method == "PATCH":
            server.change(id_, "add", "photos", [{"type": "photo", "value": as_data_url(portrait("own"))}])
        return real(calls, method, path, **content)

    monkeypatch.setattr(AllowedCalls, "call", call)
    with pytest.raises(OutsideError, match="changed at the same moment; nothing was done"):
        place(server, token).put(id_, portrait("ours"))
    assert server.user(id_)["photos"][0]["value"] == as_data_url(portrait("own"))


def test_a_deleted_account_is_said_to_be_gone(server: ScimServer, token: Path) -> None:
    """It is not taken for a person without a picture."""
    there = place(server, token)
    for ask in (there.look, there.remove, lambda one: there.put(one, portrait("one"))):
        with pytest.raises(PhotoError, match="no user 4711 any more") as caught:
            ask("4711")
        assert caught.value.reason == "account.gone"


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (
            error("400 Bad Request", "too long", "invalidValue"),
            PhotoError,
            "not taken: 400 invalidValue too long",
        ),
        (error("401 Unauthorized"), ConfigError, "token_file: .* does not accept the token"),
        (error("403 Forbidden", "read only"), PhotoError, "may not do that with user .*403 read only"),
        (error("404 Not Found"), PhotoError, "no user"),
        (error("409 Conflict"), OutsideError, "same moment"),
        (error("413 Too Large", "1 MB"), PhotoError, "too large for the server: 413 1 MB"),
        (error("500 Internal Server Error"), OutsideError, "answers 500"),
        (error("501 Not Implemented", "no PATCH"), ConfigError, "does not answer like SCIM: 501 no PATCH"),
        (error("504 Gateway Timeout"), OutsideError, "answers 504"),
        (
            ("307 Temporary Redirect", b"", {"Location": "https://elsewhere.example/"}),
            ConfigError,
            "not sent there",
        ),
        (("400 Bad Request", b"<html>", {}), PhotoError, "not taken: 400$"),
    ],
)
def test_each_refused_write_is_told_and_not_repeated(
    server: ScimServer,
    token: Path,
    answer: Any,
    kind: type[CatchlightError],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By what should happen next, with the server's words."""
    id_ = server.add("anna")
    real = AllowedCalls.call

    def call(calls: AllowedCalls, method: str, path: str, **content: Any) -> Any:
        server.next = [answer] if method == "PATCH" else []
        return real(calls, method, path, **content)

    monkeypatch.setattr(AllowedCalls, "call", call)
    with pytest.raises(kind, match=says):
        place(server, token).put(id_, portrait("one"))
    assert len(server.writes()) == 1


def test_a_busy_server_is_asked_again(server: ScimServer, token: Path) -> None:
    """429 and 503, for reading and for writing."""
    id_ = server.add("anna")
    busy = error("429 Too Many Requests")
    server.next = [busy, error("503 Service Unavailable")]
    there = place(server, token)
    there.put(id_, portrait("one"))
    assert there.look(id_) == portrait("one")
    server.next = [(*busy[:2], {"Retry-After": "9999"})]
    with pytest.raises(OutsideError, match="too busy"):
        there.look(id_)


def test_a_write_without_an_answer_is_found_by_reading_back(
    server: ScimServer, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server took it, and the line broke before it said so: it is not sent a second time."""
    id_ = server.add("anna")
    there, real = place(server, token), AllowedCalls.call

    def call(calls: AllowedCalls, method: str, path: str, **content: Any) -> Any:
        server.lose_answers = int(method == "PATCH")
        return real(calls, method, path, **content)

    monkeypatch.setattr(AllowedCalls, "call", call)
    with pytest.raises(OutsideError):
        there.put(id_, portrait("one"))
    assert len(server.writes()) == 1
    assert there.look(id_) == portrait("one")


@pytest.mark.parametrize("body", [b"", b"<html>signed out</html>", b"[]", b'{"id": "another"}', b"{}"])
def test_an_answer_about_somebody_else_is_none(server: ScimServer, token: Path, body: bytes) -> None:
    """A page of a proxy, an empty body, another user: never taken for a user without a picture."""
    id_ = server.add("anna")
    server.next = [("200 OK", body, {})] * 3
    with pytest.raises(OutsideError):
        place(server, token).look(id_)
    server.next = [("200 OK", body, {})] * 3
    with pytest.raises(OutsideError, match="without a"):
        place(server, token).accounts([Employee("1")])


def test_a_list_that_goes_in_circles_ends(server: ScimServer, token: Path) -> None:
    """A server that does not know pages is told of, and not asked for ever."""
    page = json.dumps({"totalResults": 99, "Resources": [{"id": "1"}, {"id": "2"}]}).encode()
    server.next = [("200 OK", page, {})] * 3
    with pytest.raises(ConfigError, match="same page of users again"):
        place(server, token).accounts([Employee("1")])


def test_the_probe_changes_nothing_and_says_what_is_wrong(server: ScimServer, token: Path) -> None:
    """Nobody there, no PATCH, no photos, photos that are read only, a wrong token, no such address."""
    assert "lists nobody" in scim.probe(settings(server, token))[0]
    id_ = server.add("anna")
    before = server.user(id_)
    assert scim.probe(settings(server, token)) == []
    fine, schema = ("200 OK", b"{}", {}), b'{"attributes": [{"name": "photos", "mutability": "readOnly"}]}'
    server.next = [("200 OK", b'{"patch": {"supported": false}}', {})]
    assert "has no PATCH" in scim.probe(settings(server, token))[0]
    server.next = [fine, ("200 OK", b'{"attributes": [{"name": "userName"}]}', {})]
    assert "keeps no photos of users" in scim.probe(settings(server, token))[0]
    server.next = [fine, ("200 OK", schema, {})]
    assert "photos as readOnly" in scim.probe(settings(server, token))[0]
    server.next = [fine, fine, error("403 Forbidden", "users.read is missing")]
    assert "may not list users" in "".join(told := scim.probe(settings(server, token)))
    assert "users.read is missing" in told[-1]
    token.write_text("another-token")
    assert "does not accept the token" in scim.probe(settings(server, token))[-1]
    assert "another-token" not in str(scim.probe(settings(server, token)))
    token.write_text(TOKEN)
    assert "does not answer like SCIM" in str(
        scim.probe(settings(server, token, url=server.url + "/nowhere"))
    )
    assert server.user(id_) == before
    assert server.writes() == []


def test_no_call_but_the_allowed_is_made(server: ScimServer, token: Path) -> None:
    """Whatever a bug above asks for: no PUT, no DELETE, no POST, no other address."""
    calls = scim._open(settings(server, token))
    for method, path in [
        ("PUT", "/Users/1"), ("DELETE", "/Users/1"), ("POST", "/Users"), ("PATCH", "/Groups/1"),
        ("PATCH", "/Users/../Groups/1"), ("GET", "/Users/1/../../x"), ("GET", "//elsewhere/Users"),
        ("GET", "/Users?filter=x"), ("PATCH", "/Users/1\n"), ("PATCH", "/Bulk"), ("PATCH", "/Users/.."),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            calls.call(method, path)
    assert server.calls == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/scim",
        "ftp://x",
        "https://",
        "https://user:word@x/",
        "https://x/?a=b",
        "https://x/#a",
        "x",
    ],
)
def test_an_address_that_would_be_unsafe_is_refused(server: ScimServer, token: Path, url: str) -> None:
    """The token travels over https only, or stays on this machine."""
    with pytest.raises(ValidationError, match="an address such as https"):
        settings(server, token, url=url)


def test_the_token_is_shown_nowhere(server: ScimServer, token: Path) -> None:
    """A file that others may read is refused; neither settings nor place have what is in it."""
    assert TOKEN not in repr(place(server, token))
    assert TOKEN not in repr(settings(server, token))
    assert TOKEN not in repr(Line("https://x", (), {"Authorization": TOKEN}))
    token.chmod(0o640)
    with pytest.raises(ConfigError, match="others may read this secret"):
        place(server, token)


def test_what_a_server_differs_in_is_declared(server: ScimServer, token: Path) -> None:
    """Size, limits, lag, and whether it encodes anew."""
    changed = {"size": "648", "most_bytes": 90_000, "a_minute": 20.0, "lag": 30.0, "keeps_bytes": False}
    there = place(server, token, **changed)
    assert there.takes == replace(scim.TAKES, **changed)
    assert there.same is alike


@pytest.mark.parametrize("picture", [b"", b"\xff\xd8\xff", b"GIF89a", b"BM", b"RIFF", bytes(range(256))])
def test_an_address_contains_its_picture(picture: bytes) -> None:
    """There and back, byte for byte; other ways of writing one are read as well."""
    assert from_data_url(as_data_url(picture)) == picture
    head = "DATA:image/jpeg;charset=x;BASE64,"
    assert from_data_url(head + base64.b64encode(picture).decode()) == picture


@pytest.mark.parametrize(
    "url", [LINK, "", "data:image/png;base64,%%%", "data:image/png;base64", "javascript:1,2"]
)
def test_an_address_without_a_picture_has_none(url: str) -> None:
    """Links and damage are not pictures."""
    assert from_data_url(url) is None


_KILLED = """
import os, signal, sys
from pathlib import Path
from connectors import scim
from connectors._allowed_calls import AllowedCalls
from catchlight.desk import open_desk
from catchlight.records import Receipt
from catchlight.sending import send
real = AllowedCalls.call
def call(self, method, path, **content):
    reply = real(self, method, path, **content)
    if method == "PATCH":
        os.kill(os.getpid(), signal.SIGKILL)
    return reply
AllowedCalls.call = call
settings = scim.Settings.model_validate_json(sys.argv[1])
desk = open_desk(Path(sys.argv[2]), scim.open_place(settings, "scim:directory"))
send(desk, [Receipt("scim:directory", "1", sys.argv[3], sys.argv[4], "", "", "", "run")])
"""


def test_a_program_killed_after_the_write_is_settled_by_reading_back(
    server: ScimServer, token: Path, tmp_path: Path
) -> None:
    """The journal says that it is done, and the user was patched once."""
    id_ = server.add("anna")
    desk = open_desk(tmp_path, place(server, token))
    sent = desk.vault.keep(portrait("one"))
    command = [
        sys.executable,
        "-c",
        _KILLED,
        settings(server, token).model_dump_json(),
        str(tmp_path),
        id_,
        sent,
    ]
    done = subprocess.run(command, check=False, cwd=Path(scim.__file__).parents[1])
    assert done.returncode == -signal.SIGKILL
    settle(desk)
    assert list(desk.register.receipts("scim:directory"))[-1].state == State.DONE
    assert len(server.writes()) == 1
