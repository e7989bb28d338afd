"""BambooHR as one source of a job, by the contract of all sources and against a stand-in of its published contract."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Source, StaleMarkError
from catchlight.source_memory import Memory
from connectors import bamboohr
from tests.fake_bamboohr import KEY, Answer, FakeBambooHR, said
from tests.fake_bamboohr import bamboohr as running
from tests.faulty_answers import IMPATIENT, faulty
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg

PATHS = {"list": "employees$", "photo": "/photo/original$"}
_OURS = {
    "given_name": "firstName", "family_name": "lastName", "email": "workEmail", "title": "jobTitleName",
}  # fmt: skip


class BambooWorld:
    """A company at BambooHR."""

    none = ("404", "plain 404")
    tells = False
    page = 3

    def __init__(self, company: FakeBambooHR, folder: Path) -> None:
        """Begin with nobody."""
        self.company, self.calls, self.patient = company, company.heard, True
        self.key = folder / "key"
        self.key.touch(0o600)
        self.key.write_text(KEY)

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Hire somebody."""
        named = {_OURS[name]: value for name, value in values.items()}
        self.company.add(key, **{"email": "", **named})
        if picture:
            self.company.photos[key] = picture

    def without_photo(self, key: str, how: str) -> None:
        """Delete the photo; BambooHR says which of the two is not there, or just 404."""
        del self.company.photos[key]
        self.company.plain_404 = how == "plain 404"

    def gone(self, key: str) -> None:
        """Let somebody leave: they stay in the list."""
        self.company.employees[key]["status"] = "Inactive"

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let answers be faulty."""
        self.company.stuck[PATHS[what]] = (times, faulty(Answer, fault))
        self.patient = fault != "slow" or times == 0

    def open(self, **changed: Any) -> Source:
        """Return the source."""
        return bamboohr.open_source(self.settings(**changed), "hr")

    def settings(self, **changed: Any) -> bamboohr.SourceSettings:
        """Return settings as IT would write them."""
        own: dict[str, Any] = {"company": "example", "url": self.company.url, "api_key_file": self.key}
        own |= {"page": self.page} | ({} if self.patient else {"timeout": IMPATIENT})
        return bamboohr.SourceSettings(**{**own, **changed})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[BambooWorld]:
    """Return an empty company; nothing waits before it tries again."""
    with running() as company, stamina.set_testing(True, attempts=3):
        yield BambooWorld(company, tmp_path)


@pytest.fixture
def staff(world: BambooWorld) -> BambooWorld:
    """Return a company of twelve with photos."""
    for n in range(12):
        world.person(str(1000 + n), jpeg(n), email=f"p{n}@example.com")
    return world


class TestBambooHR(Contract):
    """The contract. A key is taken or it is not: 401 does not pass by itself."""

    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        {(what, fault) for what in ("list", "photo") for fault in ("403", "429", "500", "truncated", "wrong_type")}
        | {("list", "slow"), ("photo", "slow")}
    )  # fmt: skip


def test_nothing_but_reading_is_done(staff: BambooWorld, tmp_path: Path) -> None:
    """Also not where the connector's other half may write."""
    synced(staff, tmp_path / "sync")
    assert staff.company.writes() == []
    calls = staff.open().pages.__self__.calls  # type: ignore[attr-defined]
    for verb, path in [("POST", "/api/v1/employees/1000/photo"), ("GET", "/api/v1/employees/directory")]:
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            calls.call(verb, path)


def test_a_new_photo_is_asked_for_at_once_where_its_address_tells(staff: BambooWorld, tmp_path: Path) -> None:
    """The address is signed anew each time, which is no change; a new path is. One more may have its turn."""
    before = synced(staff, tmp_path / "sync")
    del staff.calls[:]
    assert synced(staff, tmp_path / "sync") == before
    assert len([call for call in staff.calls if "photo" in call]) <= 1
    staff.company.photos["1007"] = jpeg(70)
    del staff.calls[:]
    after = synced(staff, tmp_path / "sync")
    assert {key for key in before if before[key] != after[key]} == {"1007"}
    assert len([call for call in staff.calls if "photo" in call]) <= 2


def test_without_the_hint_each_photo_has_its_turn(staff: BambooWorld) -> None:
    """What is still the same is not stored again; a joiner is asked for at once; 0 days: all of them each time."""
    with closing(staff.open(photo_url=False, recheck_days=0)) as source:
        assert source.recheck == 0
        assert not any("photo_path" in one.values for page in source.pages("") for one in page.entries)
        (first,) = source.photos([("1000", "")])
        (second,) = source.photos([("1000", first.version)])
        staff.company.photos["1000"] = jpeg(99)
        (third,) = source.photos([("1000", first.version)])
    assert (first.picture, first.same) == (jpeg(0), False)
    assert (second.picture, second.same, second.version) == (None, True, first.version)
    assert (third.picture, third.same) == (jpeg(99), False)


def test_a_cursor_that_ended_begins_anew(staff: BambooWorld, tmp_path: Path) -> None:
    """In another process; while we read it is BambooHR's trouble, not a loop."""
    first = next(staff.open().pages(""))
    assert next(one.key for page in staff.open().pages(first.next) for one in page.entries) == "1003"
    with closing(Memory(tmp_path / "sync/source.db")) as memory:
        memory.begin_anew(changes=False)
        memory.take(first)
    staff.company.old_cursors += 1
    with pytest.raises(StaleMarkError, match="Invalid cursor"):
        list(staff.open().pages(first.next))
    assert len(synced(staff, tmp_path / "sync")) == 12
    pages = staff.open().pages("")
    next(pages)
    staff.company.old_cursors += 1
    with pytest.raises(OutsideError, match="changed while it was read"):
        next(pages)


def test_a_key_that_is_not_taken_is_told_and_not_tried_again(staff: BambooWorld) -> None:
    """For the list and for photos; the key is shown nowhere."""
    staff.key.write_text("wrong-key")
    with closing(staff.open()) as source:
        with pytest.raises(ConfigError, match="does not accept the API key") as caught:
            list(source.pages(""))
        with pytest.raises(ConfigError, match="does not accept the API key"):
            list(source.photos([("1000", "")]))
    assert "wrong-key" not in str(caught.value)
    assert len(staff.calls) == 2


def test_photos_that_nobody_may_see_are_a_matter_of_rights(staff: BambooWorld) -> None:
    """A few that are hidden are told one by one; none at all stops, naming the right."""
    wanted = [(key, "") for key in staff.company.employees]
    staff.company.protected = {"1000", "1001"}
    with closing(staff.open()) as source:
        got = list(source.photos(wanted))
    assert [one.key for one in got if one.problem] == ["1000", "1001"]
    assert "403 Insufficient Permissions" in str(got[0].problem)
    staff.company.protected = set(staff.company.employees)
    with (
        closing(staff.open()) as source,
        pytest.raises(
            ConfigError, match=r"api_key_file: let the account .* see employees' photos .*403 Insufficient"
        ),
    ):
        list(source.photos(wanted))


def test_hidden_fields_are_told(staff: BambooWorld) -> None:
    """Who left cannot be told without the status; a field that IT named has to be there; others are empty."""
    staff.company.restricted = ("hireDate",)
    (told,) = bamboohr.probe_source(staff.settings())
    assert told.startswith(
        "fields.started: the account of this API key may not see hireDate (_restrictedFields)"
    )
    assert len(list(staff.open().pages(""))) == 4
    assert bamboohr.probe_source(staff.settings(fields={"started": ""})) == []
    with pytest.raises(ConfigError, match=r"fields\.started"):
        list(staff.open(fields={"started": "hireDate"}).pages(""))
    staff.company.restricted = ("status",)
    with pytest.raises(ConfigError, match="status: the account of this API key may not see status"):
        list(staff.open().pages(""))


def test_values_are_named_by_the_settings(staff: BambooWorld) -> None:
    """A name that BambooHR does not know is told by the probe only: it ignores it; null is an empty value."""
    staff.company.employees["1000"] |= {"divisionName": "GmbH", "preferredName": "Zo", "workEmail": None}
    fields = {"entity": "divisionName", "given_name": "preferredName"}
    found = {one.key: one.values for page in staff.open(fields=fields).pages("") for one in page.entries}
    assert found["1000"].items() >= {"entity": "GmbH", "given_name": "Zo", "email": ""}.items()
    assert found["1001"]["entity"] == ""
    (told,) = bamboohr.probe_source(staff.settings(fields={"entity": "divisionNmae"}))
    assert told == "fields.entity: BambooHR's list of employees has no field divisionNmae"
    for wrong in ("a,b", "a b", "a&b"):
        with pytest.raises(ValidationError, match="fields"):
            staff.settings(fields={"title": wrong})
    many = {name: f"field{n}" for n, name in enumerate(("country", "language", "rung", "entity", "username",
        "subject", "photo_date", "title", "given_name"))}  # fmt: skip
    with pytest.raises(ValidationError, match="14 fields beside its own"):
        staff.settings(fields=many)


def test_the_probe_says_what_is_wrong(staff: BambooWorld) -> None:
    """Nothing is changed."""
    assert bamboohr.probe_source(staff.settings()) == []
    staff.company.protected = {"1000"}
    (told,) = bamboohr.probe_source(staff.settings())
    assert "403 Insufficient Permissions" in told
    staff.company.employees.clear()
    assert "lists nobody" in bamboohr.probe_source(staff.settings())[0]
    assert bamboohr.probe_source(staff.settings(url="http://127.0.0.1:9"))
    assert bamboohr.probe_source(staff.settings(api_key_file=staff.key / "none"))
    assert staff.company.writes() == []


def test_a_busy_server_says_when(staff: BambooWorld) -> None:
    """429 and 503, with Retry-After: in seconds, or as long as it pleases."""
    for answer in (Answer(503, b"", {"Retry-After": "0"}), Answer(429), said(503, "Limit Exceeded")):
        staff.company.stuck[PATHS["photo"]] = (2, answer)
        (got,) = staff.open().photos([("1000", "")])
        assert got.picture == jpeg(0)
    staff.company.stuck[PATHS["photo"]] = (1, Answer(429, b"", {"Retry-After": "3600"}))
    with pytest.raises(OutsideError, match="too busy"):
        list(staff.open().photos([("1000", "")]))
