"""Personio as one source of a job, by the contract of all sources and against a stand-in of its published API."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.source import Source, StaleMarkError
from catchlight.vault import Vault
from connectors import personio
from tests.fake_personio import ALLOWED, CLIENT, SECRET, Answer, FakePersonio, said, told
from tests.fake_personio import personio as running
from tests.faulty_answers import IMPATIENT, faulty
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg

PATHS = {"list": "employees$", "photo": "/profile-picture/"}
_OURS = {"given_name": "first_name", "family_name": "last_name", "email": "email", "title": "position"}


class PersonioWorld:
    """A company at Personio."""

    none = ("404",)
    tells = False
    page = 3

    def __init__(self, company: FakePersonio, folder: Path) -> None:
        """Begin with nobody."""
        self.company, self.calls, self.patient = company, company.calls, True
        self.secret = folder / "secret"
        self.secret.touch(0o600)
        self.secret.write_text(SECRET)

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Hire somebody."""
        self.company.add(key, **{_OURS[name]: value for name, value in values.items()})
        if picture:
            self.company.pictures[key] = picture

    def without_photo(self, key: str, how: str) -> None:
        """Delete the picture."""
        assert how == "404"
        del self.company.pictures[key]

    def gone(self, key: str) -> None:
        """Let somebody leave: they stay in the list."""
        self.company.employees[key]["status"] = "inactive"

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let answers be faulty."""
        self.company.stuck[PATHS[what]] = (times, faulty(Answer, fault))
        self.patient = fault != "slow" or times == 0

    def open(self, **changed: Any) -> Source:
        """Return the source."""
        return personio.open_source(self.settings(**changed), "hr")

    def settings(self, **changed: Any) -> personio.SourceSettings:
        """Return settings as IT would write them."""
        own: dict[str, Any] = {
            "client_id": CLIENT,
            "client_secret_file": self.secret,
            "url": self.company.url,
        }
        own |= {"page": self.page} | ({} if self.patient else {"timeout": IMPATIENT})
        return personio.SourceSettings(**{**own, **changed})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PersonioWorld]:
    """Return an empty company; nothing waits before it tries again, and nothing is ever written."""
    with running() as company, stamina.set_testing(True, attempts=3):
        yield PersonioWorld(company, tmp_path)
        assert company.wrong == []


@pytest.fixture
def staff(world: PersonioWorld) -> PersonioWorld:
    """Return a company of seven with pictures."""
    for n in range(7):
        world.person(str(1000 + n), jpeg(n), email=f"p{n}@example.com")
    return world


class TestPersonio(Contract):
    """The contract."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        (what, fault)
        for what in ("list", "photo")
        for fault in ("401", "403", "429", "500", "truncated", "wrong_type", "slow")
    )


def test_tokens_are_had_once_or_go_round(staff: PersonioWorld, tmp_path: Path) -> None:
    """Stable ones serve all calls; those that are good for one call come with each answer; one that ended is had anew."""
    synced(staff, tmp_path / "a")
    assert staff.calls.count("POST /v1/auth") == 1
    del staff.calls[:]
    staff.company.rotates = True
    found = synced(staff, tmp_path / "b")
    assert all(Vault(tmp_path / "b/vault").get(one.digest) for one in found.values())
    assert staff.calls.count("POST /v1/auth") == 1
    with closing(staff.open()) as source, ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda key: next(iter(source.photos([(key, "")]))), found))
        assert [one.picture for one in got] == [jpeg(n) for n in range(7)]
        staff.company.end_token()
        assert len(list(source.pages(""))) == 3


def test_a_secret_that_is_not_taken_is_told(staff: PersonioWorld) -> None:
    """In Personio's words; the secret is shown nowhere."""
    staff.secret.write_text("wrong-secret")
    with pytest.raises(ConfigError, match=r"client_secret_file: .*403 Wrong credentials") as caught:
        list(staff.open().pages(""))
    assert "wrong-secret" not in str(caught.value) + repr(staff.settings())
    for answer in (Answer(500), Answer(200, b"<html>"), told({"success": True, "data": {}})):
        staff.secret.write_text(SECRET)
        staff.company.stuck["/v1/auth"] = (1, answer)
        assert list(staff.open().pages(""))
        staff.company.stuck["/v1/auth"] = (9, answer)
        with pytest.raises(OutsideError):
            list(staff.open().pages(""))
        staff.company.stuck.clear()


def test_nothing_but_reading_is_done(staff: PersonioWorld) -> None:
    """Other calls are not made, whatever goes wrong above."""
    calls = staff.open().pages.__self__.personio._calls  # type: ignore[attr-defined]
    for verb, path in [
        ("PATCH", "/v1/company/employees/1000"), ("POST", "/v1/company/employees"), ("GET", "/v1/company/employees/1000"),
        ("GET", "/v1/company/attendances"), ("GET", "/v1/company/employees/1/../2/profile-picture/75"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            calls.call(verb, path)
    (got,) = staff.open().photos([("1/../2", "")])
    assert isinstance(got.problem, PhotoError)
    assert staff.calls == []


@pytest.mark.parametrize("says_total", [True, False])
def test_pages_end_when_everybody_was_seen(world: PersonioWorld, says_total: bool) -> None:
    """Whether or not Personio says how many there are, and though it gives fewer on a page than were asked for."""
    world.company.says_total, world.company.largest = says_total, 2
    for n in range(9):
        world.person(str(1000 + n))
    assert len([one for page in world.open(page=100).pages("") for one in page.entries]) == 9


def test_a_list_that_shifts_loses_nobody(staff: PersonioWorld) -> None:
    """Somebody is deleted while the list is read: the next one would be left out."""
    pages = staff.open().pages("")
    next(pages)
    del staff.company.employees["1000"]
    with pytest.raises(StaleMarkError, match="changes while it is read"):
        next(pages)


def test_a_picture_that_is_new_is_asked_for(staff: PersonioWorld, tmp_path: Path) -> None:
    """At once where somebody had none, or their record changed; else in its turn, and stored only when it differs."""
    del staff.company.pictures["1003"]
    before = synced(staff, tmp_path / "sync")
    staff.company.pictures |= {"1003": jpeg(30), "1004": jpeg(40)}
    staff.company.employees["1004"]["last_modified_at"] = "2026-02-01T00:00:00+01:00"
    after = synced(staff, tmp_path / "sync")
    assert {key for key in before if before[key].digest != after[key].digest} == {"1003", "1004"}
    with closing(staff.open()) as source:
        (first,) = source.photos([("1000", "")])
        (second,) = source.photos([("1000", first.version)])
    assert (first.same, second.same, second.picture) == (False, True, None)


def test_a_picture_that_may_not_be_read_is_not_no_picture(staff: PersonioWorld, tmp_path: Path) -> None:
    """All three are 404. Nobody's picture: it is the right that lacks, and what was known is not taken for gone."""
    staff.company.allowed = ALLOWED - {"profile_picture"}
    found = synced(staff, tmp_path / "sync")
    assert all('"Profile Picture"' in one.note for one in found.values())
    (told_,) = personio.probe_source(staff.settings())
    assert told_.startswith(
        'photos: nobody\'s picture can be read; allow "Profile Picture" for this API credential'
    )
    for n in range(20, 50):
        staff.person(str(1000 + n))
    with pytest.raises(ConfigError, match='allow "Profile Picture"'):
        synced(staff, tmp_path / "sync")
    staff.company.allowed = ALLOWED
    staff.company.pictures.clear()
    assert personio.probe_source(staff.settings()) == []
    assert not any(one.note or one.digest for one in synced(staff, tmp_path / "other").values())


def test_people_can_be_read_without_photos(staff: PersonioWorld) -> None:
    """Then the right to see pictures is not needed, and none is asked for."""
    staff.company.allowed = ALLOWED - {"profile_picture"}
    assert personio.probe_source(staff.settings(photos=False)) == []
    with closing(staff.open(photos=False)) as source:
        assert {one.photo for page in source.pages("") for one in page.entries} == {None}
    assert not [call for call in staff.calls if "profile-picture" in call]


def test_who_left_is_told_by_the_status_alone(staff: PersonioWorld) -> None:
    """Without it people who left long ago would be employees; whoever is about to begin is one."""
    staff.company.employees["1000"]["status"] = "onboarding"
    staff.company.employees["1001"]["status"] = "inactive"
    keys = [one.key for page in staff.open().pages("") for one in page.entries]
    assert "1000" in keys
    assert "1001" not in keys
    staff.company.allowed = ALLOWED - {"status"}
    with pytest.raises(ConfigError, match='may not read "Status"'):
        list(staff.open().pages(""))
    assert any('"Status"' in one for one in personio.probe_source(staff.settings()))


def test_values_are_those_of_attributes(staff: PersonioWorld) -> None:
    """Of objects the name; a company's own by their key or universal id; dates without the time; null is empty."""
    staff.company.employees["1000"] |= {
        "department": "Sales", "subcompany": "GmbH", "hire_date": "2014-11-09T00:00:00+01:00", "position": None,
        "dynamic_24": "DE98",
    }  # fmt: skip
    staff.company.allowed |= {"dynamic_24"}
    fields = {"employee_number": "dynamic_24", "username": "iban"}
    found = {one.key: one.values for page in staff.open(fields=fields).pages("") for one in page.entries}
    expected = {"department": "Sales", "entity": "GmbH", "started": "2014-11-09", "title": ""}
    assert found["1000"].items() >= {**expected, "employee_number": "DE98", "username": "DE98"}.items()
    assert found["1001"].items() >= {"department": "", "employee_number": ""}.items()
    (told_,) = personio.probe_source(staff.settings(fields={"country": "office.country"}))
    assert (
        told_ == 'fields.country: the API credential shows no attribute "office"; allow it, or name another'
    )
    with pytest.raises(ValidationError, match="an attribute of Personio's"):
        staff.settings(fields={"title": "a b"})


def test_the_probe_says_what_is_wrong(staff: PersonioWorld) -> None:
    """A good credential; one that may not list; nobody; no server; a secret that is open to others."""
    assert personio.probe_source(staff.settings()) == []
    staff.company.stuck["employees$"] = (
        1,
        said(403, "personio.core.api.exceptions.api.forbidden.http.exception"),
    )
    (told_,) = personio.probe_source(staff.settings())
    assert "may not read employees (403 personio.core.api.exceptions.api.forbidden" in told_
    staff.company.employees.clear()
    assert "lists nobody" in personio.probe_source(staff.settings())[0]
    assert personio.probe_source(staff.settings(url="http://127.0.0.1:9"))
    staff.secret.chmod(0o644)
    assert "others may read this secret" in personio.probe_source(staff.settings())[0]
