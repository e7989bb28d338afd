"""Workday as a source, against a stand-in by its published contract."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Fetched, Source
from connectors import _spool, workday
from connectors._workday_report import rows
from tests.fake_workday import PASSWORD, PATH, USER, FakeWorkday
from tests.faulty_answers import IMPATIENT
from tests.http_stand_in import serving
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg


class WorkdayWorld:
    """A company at Workday with one report."""

    none = ("no column", "empty column")
    tells = True
    page = 3

    def __init__(self, url: str, report: FakeWorkday, folder: Path) -> None:
        """Begin with nobody."""
        self.url, self.report, self.calls, self.timeout = url + PATH, report, report.calls, 30.0
        self.folder, self.password = folder, folder / "password"
        self.password.touch(0o600)
        self.password.write_text(PASSWORD)

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Hire or change somebody."""
        self.report.people[key] = values
        self.report.photos.pop(key, None)
        if picture:
            self.report.photo(key, picture)

    def without_photo(self, key: str, how: str) -> None:
        """Take somebody's photo away."""
        del self.report.photos[key]
        if how == "empty column":
            self.report.photos[key] = "\n"

    def gone(self, key: str) -> None:
        """End somebody's employment: the report's filter leaves them out."""
        del self.report.people[key]

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let the report be faulty."""
        self.report.faults.set(what, fault, times)
        self.timeout = IMPATIENT if fault == "slow" and times else 30.0

    def settings(self, **changed: Any) -> workday.SourceSettings:
        """Return settings as IT would write them."""
        told = {
            "url": self.url,
            "user": USER,
            "password_file": self.password,
            "timeout": self.timeout,
            **changed,
        }
        return workday.SourceSettings(**told)

    def open(self, **changed: Any) -> Source:
        """Return the source."""
        return workday.open_source(self.settings(**changed), "workday")

    def people(self, **changed: Any) -> dict[str, dict[str, str]]:
        """Return everybody's values."""
        with closing(self.open(**changed)) as source:
            return {one.key: dict(one.values) for page in source.pages("") for one in page.entries}

    def photo(self, key: str, known: str = "", **changed: Any) -> Fetched:
        """Return what the source gives for one person."""
        with closing(self.open(**changed)) as source:
            list(source.pages(""))
            return next(iter(source.photos([(key, known)])))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[WorkdayWorld]:
    """Return a company without people; nothing waits before it tries again."""
    report = FakeWorkday()
    with serving(report.answer) as url, stamina.set_testing(True, attempts=3):
        yield WorkdayWorld(url, report, tmp_path)


class TestWorkday(Contract):
    """The contract."""

    COUNTED = False
    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset(
        {
            ("list", "403"),
            ("list", "404"),
            ("list", "429"),
            ("list", "500"),
            ("list", "truncated"),
            ("list", "wrong_type"),
            ("list", "slow"),
        }
    )  # a wrong password does not mend itself: 401 is tested below


@pytest.mark.parametrize("prefix", ["wd:", ""])
@pytest.mark.parametrize("group", ["", "Photo_group"])
def test_reports_of_both_kinds_are_read(world: WorkdayWorld, prefix: str, group: str) -> None:
    """With the prefix wd: and without, columns in a group and beside each other, and names with marks."""
    world.report.prefix, world.report.group = prefix, group
    world.person("1", jpeg(1), given_name="A & <B>", family_name="Müller", Company="Example GmbH")
    column = f"{group}/Base64_Print_Data".lstrip("/")
    assert world.people(photo=column)["1"]["given_name"] == "A & <B>"
    assert world.people(photo=f"wd:{column}")["1"]["entity"] == "Example GmbH"
    assert world.photo("1", photo=column).picture == jpeg(1)


def test_what_points_to_something_is_called_by_its_name(world: WorkdayWorld) -> None:
    """An instance has its name in an attribute; ids below it can be read, too, and are never taken for the worker's."""
    world.person("1", jpeg(1))
    told = world.people(fields={"department": "Manager", "subject": "wd:Manager/Employee_ID"})
    assert told["1"]["department"] == "Manager-1"
    assert told["1"]["subject"] == "9"
    assert told.keys() == {"1"}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (base64.b64encode(jpeg(1)[:-2]).decode(), "cut off"),
        (base64.b64encode(b"<html>Sign in</html>").decode(), "something else"),
        (base64.b64encode(jpeg(1)).decode()[:-3], "no whole Base64"),
        ("&&&&", "no whole Base64"),
        (base64.b64encode(b"%PDF-1.7 ...").decode(), "PDF"),
    ],
)
def test_what_is_no_photo_is_never_stored(
    world: WorkdayWorld, tmp_path: Path, cell: str, reason: str
) -> None:
    """One bad cell is one person's problem."""
    world.person("1", jpeg(1))
    world.person("2", jpeg(2))
    world.report.photos["1"] = cell
    found = synced(world, tmp_path / "sync")
    assert reason in found["1"].note
    assert found["2"].digest


def test_a_photo_of_a_known_version_is_not_given_again(world: WorkdayWorld) -> None:
    """The version is the digest of the bytes, whatever the report's line ends are."""
    world.person("1", jpeg(1))
    version = world.photo("1").version
    world.report.photos["1"] = world.report.photos["1"].replace("\n", "\r\n")
    assert world.photo("1", version) == Fetched("1", version=version, same=True)


def test_a_worker_with_two_photos_gets_none(world: WorkdayWorld) -> None:
    """A report that gives a row for each photo ever taken does not say which counts; the same twice is no harm."""
    for key in ("1", "2"):
        world.person(key, jpeg(1))
    row = world.report._row("1")
    world.report.more_rows = [world.report._row("2")]
    assert world.photo("2").picture == jpeg(1)
    world.report.more_rows = [row.replace(world.report.photos["1"], base64.b64encode(jpeg(2)).decode())]
    problem = world.photo("1").problem
    assert problem
    assert problem.reason == "photo.several"


def test_a_photo_that_is_too_large_is_told(world: WorkdayWorld) -> None:
    """And takes no more memory than it may."""
    world.person("1", jpeg(1) + bytes(31_000_000))
    problem = world.photo("1").problem
    assert problem
    assert problem.reason == "photo.too_large"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Report_Data>&a;</Report_Data>', "DOCTYPE"),
        (b"<Report_Data>" + b"<a>" * 100 + b"</Report_Data>", "something else"),
        (b"<html><p>Report_Data</p></html>", "something else"),
        (b"<Report_Data><Report_Entry></Report_Data>", "no whole XML"),
        (b"<Report_Data>&unknown;</Report_Data>", "no whole XML"),
    ],
)
def test_hostile_xml_is_refused(tmp_path: Path, body: bytes, words: str) -> None:
    """No entity is ever expanded, and no depth is followed for long."""
    file = tmp_path / "report.xml"
    file.write_bytes(body)
    with file.open("rb") as opened, pytest.raises(OutsideError, match=words):
        list(rows(opened, "Base64_Print_Data"))


def test_a_tag_without_an_end_takes_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser would keep all of it."""
    monkeypatch.setattr("connectors._workday_report._WAITING", 1 << 20)
    file = tmp_path / "report.xml"
    file.write_bytes(b"<Report_Data a='" + b"a" * (3 << 20))
    with file.open("rb") as opened, pytest.raises(OutsideError, match="without an end"):
        list(rows(opened, ""))


def test_rights_are_told_in_workdays_words(world: WorkdayWorld) -> None:
    """Workday answers 500 where a report is not shared."""
    world.person("1", jpeg(1))
    assert workday.probe_source(world.settings()) == []
    world.report.shared = False
    told = workday.probe_source(world.settings())[0]
    assert (
        "user: ISU_Photos may not run this report (500 Processing error occurred. The task submitted is not"
        in told
    )
    assert "Person Data: Personal Photo" in told
    world.report.shared = True
    world.password.write_text("old")
    assert (
        "password_file: Workday does not let ISU_Photos in (401" in workday.probe_source(world.settings())[0]
    )
    assert "secret" not in "".join(workday.probe_source(world.settings()))


def test_a_wrong_column_is_named_with_what_there_is(world: WorkdayWorld) -> None:
    """A report whose photo column has another name takes nobody's photo away."""
    world.person("1", jpeg(1), email="a@example.com")
    for key, column in {"key": "Worker_ID", "photo": "Photo"}.items():
        with pytest.raises(
            ConfigError, match=rf"{key}: no row of the report has the column '{column}'.*Email"
        ):
            world.people(**{key: column})
    told = workday.probe_source(world.settings(fields={"department": "Team"}))
    assert told == ["fields.department: nobody has anything in the column Team"]
    assert world.people(photo="")["1"]["email"] == "a@example.com"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "http://example.com/ccx/report"}, "https only"),
        ({"url": "https://example.com/ccx/report?format=json"}, "take format=json out"),
        ({"url": "https://example.com"}, "address of the report"),
        ({"fields": {"mail": "Email"}}, "email"),
        ({"largest_mb": 0}, "greater than"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    """With a sentence on what is right."""
    told = {
        "url": "https://example.com/ccx/report",
        "user": "ISU",
        "password_file": tmp_path / "p",
        **changed,
    }
    with pytest.raises(ValidationError, match=words):
        workday.SourceSettings(**told)


def test_prompts_in_the_address_are_kept(world: WorkdayWorld) -> None:
    """A report that asks for something is answered by the address; nothing else is ever called."""
    world.person("1", jpeg(1))
    assert world.people(url=f"{world.url}?format=simplexml&Effective_as_of_Date=2026-11-27")
    assert world.calls == [f"report {PATH}?format=simplexml&Effective_as_of_Date=2026-11-27"]


def test_a_report_that_is_too_long_stops(world: WorkdayWorld) -> None:
    """At the limit that the settings name."""
    world.person("1", jpeg(1) + bytes(2_000_000))
    with pytest.raises(ConfigError, match=r"largest_mb: 127\.0\.0\.1 sends more than 1 MB"):
        world.people(largest_mb=1)


def test_nothing_is_left_on_disk(world: WorkdayWorld, tmp_path: Path) -> None:
    """While it is read, nobody finds a file; after that, its room is free."""
    spool = tmp_path / "spool"
    spool.mkdir()
    world.person("1", jpeg(1))
    with closing(world.open(spool=spool)) as source:
        list(source.pages(""))
        assert next(iter(source.photos([("1", "")]))).picture == jpeg(1)
        assert list(spool.iterdir()) == []
    with pytest.raises(ConfigError, match=r"spool: .*none"):
        world.open(spool=tmp_path / "none")


def test_the_spool_keeps_one_version_a_person() -> None:
    """Even after it was emptied, and for two threads at once."""
    with closing(_spool.Spool()) as spool:
        first = spool.add("1", jpeg(1))
        spool.clear()
        assert spool.fetched("1", "") == Fetched("1")
        assert spool.add("1", jpeg(1)) == first
        assert spool.add("1", None) == first


MEMORY = """
import resource, sys, tempfile
from connectors._spool import Spool, from_base64
from connectors._workday_report import rows
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
spool, people = Spool(), 0
with open(sys.argv[1], "rb") as file:
    for row in rows(file, "Base64_Print_Data"):
        spool.add(row.cells["Employee_ID"], from_base64(row.cells["Base64_Print_Data"]))
        people += 1
print(people, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_report_needs_little_memory(tmp_path: Path) -> None:
    """The memory is that of a photo or two, however many there are."""
    file, photo = tmp_path / "report.xml", base64.encodebytes(jpeg(1) + bytes(300_000))
    with file.open("wb") as report:
        report.write(b'<wd:Report_Data xmlns:wd="urn:x">')
        for number in range(500):
            report.write(b"<wd:Report_Entry><wd:Employee_ID>%d</wd:Employee_ID>" % number)
            report.write(b"<wd:Base64_Print_Data>" + photo + b"</wd:Base64_Print_Data></wd:Report_Entry>")
        report.write(b"</wd:Report_Data>")
    assert file.stat().st_size > 200_000_000
    done = subprocess.run([sys.executable, "-c", MEMORY, file], capture_output=True, text=True, check=True)
    people, kilobytes = map(int, done.stdout.split())
    assert people == 500
    assert kilobytes < 30_000
