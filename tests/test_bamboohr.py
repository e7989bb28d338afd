"""BambooHR as a destination, against a stateful stand-in that follows its published contract."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import stamina
from PIL import Image
from pydantic import ValidationError

from catchlight.desk import open_desk
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.journal import State
from catchlight.place import Place
from catchlight.records import Employee
from catchlight.sending import settle
from connectors import bamboohr
from tests.fake_bamboohr import KEY, Answer, FakeBambooHR, said
from tests.fake_bamboohr import bamboohr as running
from tests.place_contract import keeps_the_contract, refuses_strange_targets, shows
from tests.published_company import portrait

ANNA = Employee("1", email="anna@example.org")


@pytest.fixture
def company() -> Iterator[FakeBambooHR]:
    """Return a running BambooHR with one employee; nothing waits before it tries again."""
    with running() as company, stamina.set_testing(True, attempts=3):
        company.add("101", "anna@example.org")
        yield company


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return the file with the API key."""
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_text(KEY)
    return file


def settings(company: FakeBambooHR, key: Path, /, **changed: Any) -> bamboohr.Settings:
    """Return settings as IT would write them."""
    return bamboohr.Settings(**{"company": "example", "url": company.url, "api_key_file": key, **changed})


def place(company: FakeBambooHR, key: Path, /, **changed: Any) -> Place:
    """Return BambooHR as a destination."""
    return bamboohr.open_place(settings(company, key, **changed), "bamboohr:hr")


def test_it_keeps_the_contract_of_places(company: FakeBambooHR, key: Path) -> None:
    """Apart from removing, which BambooHR has no call for; strange targets make no call at all."""
    there = place(company, key)
    assert there.accounts([ANNA]).targets == {"1": "101"}
    keeps_the_contract(there, "101", removes=False)
    before = len(company.calls)
    refuses_strange_targets(there)
    refuses_strange_targets(there, ["1/photo/original", "-1", "1.5", "１０１", "101 ", "directory", "0" * 30])
    assert len(company.calls) == before


def test_only_allowed_calls_are_made(company: FakeBambooHR, key: Path) -> None:
    """Employees are listed, photos are read, and a photo is posted: nothing else, and never a field of an employee."""
    there = place(company, key)
    there.accounts([ANNA])
    there.look("101")
    there.put("101", portrait("anna"))
    assert set(company.calls) <= {
        ("GET", "/api/v1/employees"), ("GET", "/api/v1/employees/101/photo/original"),
        ("POST", "/api/v1/employees/101/photo"),
    }  # fmt: skip


def test_a_photo_that_is_encoded_anew_is_the_same(company: FakeBambooHR, key: Path) -> None:
    """2,000 pixels come back as 600; another person's does not pass for it."""
    company.add("102", "ben@example.org")
    there = place(company, key)
    big = portrait("anna", 1999, 2000)
    there.put("101", big)
    there.put("102", portrait("ben"))
    assert Image.open(BytesIO(there.look("101"))).size[0] == 600
    assert shows(there, there.look("101"), big)
    assert not shows(there, there.look("102"), big)


def test_people_are_found_page_by_page(company: FakeBambooHR, key: Path) -> None:
    """2,600 employees, 1,000 a page; by number where the settings say so, and never who has left."""
    for number in range(2600):
        company.add(str(1000 + number), f"p{number}@example.org", employeeNumber=str(number))
    company.add("9999", "left@example.org", status="Inactive")
    people = [Employee(str(n), email=f"P{n}@example.org") for n in range(2600)]
    assert len(set(place(company, key).accounts(people).targets.values())) == 2600
    assert len(company.calls) == 3
    by_number = place(company, key, match="employeeNumber", employee="id").accounts(people)
    assert by_number.targets["2599"] == "3599"
    found = place(company, key).accounts([Employee("x", email="left@example.org")])
    assert found.absent == {"x": "no account has workEmail left@example.org"}


def test_two_employees_with_one_address_are_left_out(company: FakeBambooHR, key: Path) -> None:
    """Which one is right cannot be told."""
    company.add("102", "Anna@example.org")
    assert "2 accounts have workEmail" in place(company, key).accounts([ANNA]).absent["1"]


@pytest.mark.parametrize("plain", [False, True])
def test_no_photo_is_not_no_employee(company: FakeBambooHR, key: Path, plain: bool) -> None:
    """Both are 404: told apart by BambooHR's words, and by asking for the employee where it says nothing."""
    company.plain_404 = plain
    there = place(company, key)
    assert there.look("101") is None
    with pytest.raises(PhotoError, match="no employee 102") as caught:
        there.look("102")
    assert caught.value.reason == "account.gone"
    with pytest.raises(PhotoError, match="no employee 102"):
        there.put("102", portrait("nobody"))


def test_nothing_can_be_removed(company: FakeBambooHR, key: Path) -> None:
    """A sentence tells HR what to do; without a photo there is nothing to do."""
    there = place(company, key)
    there.remove("101")
    there.put("101", portrait("anna"))
    with pytest.raises(
        PhotoError, match="no call that removes a photo; remove that of employee 101"
    ) as caught:
        there.remove("101")
    assert caught.value.reason == "photo.no_removal"
    assert len(company.writes()) == 1


@pytest.mark.parametrize(
    ("picture", "reason", "says"),
    [
        (portrait("wide", 200, 300), "photo.shape", "square photos of at least 150 pixels.*415"),
        (portrait("small", 100, 100), "photo.shape", "at least 150 pixels"),
        (b"no picture at all", "photo.shape", "as JPEG, PNG, GIF or BMP"),
        (b"", "photo.too_large", "this one has 0 bytes"),
        (b"x" * 20_000_001, "photo.too_large", "20 MB at most"),
    ],
)
def test_what_bamboohr_does_not_take_fails_for_this_person(
    company: FakeBambooHR, key: Path, picture: bytes, reason: str, says: str
) -> None:
    """With what it takes, and its words."""
    with pytest.raises(PhotoError, match=says) as caught:
        place(company, key).put("101", picture)
    assert caught.value.reason == reason
    assert company.photos == {}


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (said(400, "Maximum number of photo uploads exceeded"), PhotoError, "not taken.*400 Maximum number"),
        (said(401), ConfigError, "api_key_file: BambooHR does not accept the API key"),
        (said(402, "The image crop failed"), PhotoError, "could not process the photo.*crop failed"),
        (said(403, "Insufficient Permissions"), PhotoError, "may not do that.*403 Insufficient Permissions"),
        (said(404, "Employee not found"), PhotoError, "no employee 101"),
        (said(408), OutsideError, "answers 408"),
        (said(413), PhotoError, "20 MB at most"),
        (said(418), ConfigError, "does not answer like BambooHR"),
        (said(500), OutsideError, "answers 500"),
        (said(502), OutsideError, "answers 502"),
        (said(504), OutsideError, "answers 504"),
        (said(598), OutsideError, "answers 598"),
        (
            Answer(302, b"", {"Location": "https://elsewhere.example/"}),
            ConfigError,
            "our secret is not sent there",
        ),
    ],
)
def test_each_refused_write_is_told_and_not_repeated(
    company: FakeBambooHR, key: Path, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """By what should happen next; a write that may have been taken is never sent again blindly."""
    company.next = [answer]
    with pytest.raises(error, match=says):
        place(company, key).put("101", portrait("anna"))
    assert len(company.writes()) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 598])
def test_a_read_is_tried_again(company: FakeBambooHR, key: Path, status: int) -> None:
    """Whatever passes by itself is not a problem; what stays is, after three tries."""
    there = place(company, key)
    company.next = [said(status), said(status)]
    assert there.look("101") is None
    company.next = [said(status)] * 3
    with pytest.raises(OutsideError, match=f"answers {status}"):
        there.look("101")
    assert company.next == []


@pytest.mark.parametrize("headers", [{"Retry-After": "7"}, {"Retry-After": "soon"}, {}, "date"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_waited_for(
    company: FakeBambooHR, key: Path, status: int, headers: dict[str, str] | str
) -> None:
    """As long as it says, in seconds or as a date; a write, too, since nothing was done yet."""
    if headers == "date":
        headers = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)}
    waits: list[float] = []
    company.next = [Answer(status, b"", dict(headers))]
    stamina.instrumentation.set_on_retry_hooks([lambda details: waits.append(details.wait_for)])
    stamina.set_testing(False)
    real, time.sleep = time.sleep, lambda _: None
    try:
        place(company, key).put("101", portrait("anna"))
    finally:
        time.sleep = real
        stamina.instrumentation.set_on_retry_hooks(None)
    expected = {"7": (7, 7), "soon": (0, 5), None: (0, 5)}.get(dict(headers).get("Retry-After"), (50, 61))
    assert len(waits) == 1
    assert expected[0] <= waits[0] <= expected[1]
    assert len(company.writes()) == 2


def test_a_server_that_wants_an_hour_is_left_for_the_next_run(company: FakeBambooHR, key: Path) -> None:
    """Nothing sleeps for an hour inside a run."""
    company.next = [Answer(429, b"", {"Retry-After": "3600"})]
    with pytest.raises(OutsideError, match="answers 429: too busy"):
        place(company, key).put("101", portrait("anna"))
    assert len(company.writes()) == 1


def test_a_write_without_an_answer_is_found_by_reading_back(company: FakeBambooHR, key: Path) -> None:
    """BambooHR took it, and the line broke before it said so: it is not posted a second time."""
    there = place(company, key)
    company.lose_answers = 1
    with pytest.raises(OutsideError):
        there.put("101", portrait("anna"))
    assert len(company.writes()) == 1
    assert shows(there, there.look("101"), portrait("anna"))


@pytest.mark.parametrize("body", [b"<html>signed out</html>", b"", b"{}", b"[]"])
def test_an_answer_that_is_no_picture_is_not_one(company: FakeBambooHR, key: Path, body: bytes) -> None:
    """Neither as a backup nor as a proof that ours arrived; a page of a proxy is no list of employees."""
    there = place(company, key)
    company.next = [Answer(200, body, {"Content-Type": "image/jpeg"})] * 3
    with pytest.raises(OutsideError, match="something else than a picture"):
        there.look("101")
    company.next = [Answer(200, body)] * 3
    with pytest.raises(OutsideError, match="without a"):
        there.accounts([ANNA])


def test_a_slow_body_is_left(company: FakeBambooHR, key: Path) -> None:
    """A byte now and then keeps no call alive: time is limited altogether."""
    company.photos["101"] = portrait("anna")
    company.drip = 0.1
    with pytest.raises(OutsideError, match="takes too long"):
        place(company, key, timeout=0.3).look("101")


def test_a_list_that_goes_in_circles_ends(company: FakeBambooHR, key: Path) -> None:
    """A cursor that comes again is no next page."""
    company.next = [
        Answer(200, b'{"data": [{"employeeId": "101"}], "meta": {"page": {"nextCursor": "again"}}}')
    ] * 3
    with pytest.raises(OutsideError, match="same page of employees again"):
        place(company, key).accounts([ANNA])


def test_the_probe_changes_nothing_and_says_what_is_wrong(company: FakeBambooHR, key: Path) -> None:
    """A good account; a hidden field; photos that may not be seen; nobody; a wrong key; no server."""
    assert bamboohr.probe(settings(company, key)) == []
    company.restricted = ("workEmail",)
    (told,) = bamboohr.probe(settings(company, key))
    assert "may not see workEmail (_restrictedFields)" in told
    with pytest.raises(ConfigError, match="may not see workEmail"):
        place(company, key).accounts([ANNA])
    company.restricted, company.protected = (), {"101"}
    assert re.search("403 Insufficient Permissions", bamboohr.probe(settings(company, key))[0])
    company.employees.clear()
    assert "lists nobody" in bamboohr.probe(settings(company, key))[0]
    key.write_text("wrong-key")
    (told,) = bamboohr.probe(settings(company, key))
    assert "does not accept the API key" in told
    assert "wrong-key" not in told
    assert bamboohr.probe(settings(company, key, url="http://127.0.0.1:9"))
    assert company.writes() == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"company": "example.bamboohr.com"}, "the first part of your BambooHR address"),
        ({"company": "evil.example/"}, "the first part"),
        ({"url": "http://example.com"}, "secrets travel over https only"),
        ({"url": "https://user:word@example.com"}, "an address such as"),
        ({"match": "displayName"}, "match"),
        ({"api_key": "x"}, "api_key"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(
    company: FakeBambooHR, key: Path, changed: dict[str, str], says: str
) -> None:
    """The message names the key."""
    with pytest.raises(ValidationError, match=says):
        settings(company, key, **changed)


def test_the_key_is_shown_nowhere_and_no_proxy_is_taken_from_the_environment(
    company: FakeBambooHR, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a repr; a proxy of the machine's does not see our calls, one of the settings does."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    there = place(company, key)
    assert there.look("101") is None
    assert KEY not in repr(there)
    assert KEY not in repr(settings(company, key))
    with pytest.raises(OutsideError):
        place(company, key, proxy="http://127.0.0.1:9").look("101")


_KILLED = """
import os, signal, sys
from pathlib import Path
from connectors import bamboohr
from connectors._allowed_calls import AllowedCalls
from catchlight.desk import open_desk
from catchlight.records import Receipt
from catchlight.sending import send
real = AllowedCalls.call
def call(self, method, path, **content):
    reply = real(self, method, path, **content)
    if method == "POST":
        os.kill(os.getpid(), signal.SIGKILL)
    return reply
AllowedCalls.call = call
settings = bamboohr.Settings.model_validate_json(sys.argv[1])
desk = open_desk(Path(sys.argv[2]), bamboohr.open_place(settings, "bamboohr:hr"))
send(desk, [Receipt("bamboohr:hr", "1", "101", sys.argv[3], "", "", "", "run")])
"""


def test_a_program_killed_after_the_write_is_settled_by_reading_back(
    company: FakeBambooHR, key: Path, tmp_path: Path
) -> None:
    """The journal says that it is done, and the photo was posted once."""
    desk = open_desk(tmp_path, place(company, key))
    sent = desk.vault.keep(portrait("anna"))
    command = [sys.executable, "-c", _KILLED, settings(company, key).model_dump_json(), str(tmp_path), sent]
    done = subprocess.run(command, check=False, cwd=Path(bamboohr.__file__).parents[1])
    assert done.returncode == -signal.SIGKILL
    settle(desk)
    assert list(desk.register.receipts("bamboohr:hr"))[-1].state == State.DONE
    assert len(company.writes()) == 1
