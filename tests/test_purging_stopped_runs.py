"""Runs that were stopped, or do not say when they ended, have the term of all runs once a newer one followed."""

import os
from pathlib import Path

import pytest

from catchlight import ledger
from catchlight.home import Home, write_json
from catchlight.records import Employee
from flows.purging import purge_home, undone
from tests.ended_runs import finish, in_days
from tests.published_company import Company, make_company

FIRST, STOPPED, LAST, LATER = "20260101-000000", "20260201-000000", "20260301-000000", "20260401-000000"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with a run of now."""
    company = make_company(tmp_path)
    finish(company, LAST, "ana")
    return company


def stop(company: Company, name: str, onto: str = "") -> Path:
    """Leave the ledger of a refresh that was killed; only it has bob."""
    folder = Home(company.home).ledger(name)
    ledger.write(folder / ledger.file_name(Employee), ledger.table(Employee, [Employee("bob")]))
    write_json(folder / "plan.json", {"job": {"only": [], "onto": onto}})
    return folder


def test_a_stopped_run_goes_with_its_term(company: Company) -> None:
    """Nobody goes on with it, and nothing else has who was in it alone."""
    folder = stop(company, STOPPED)
    purge_home(company.home, at=in_days(89))
    assert folder.is_dir()
    done = {one.kind: one.count for one in purge_home(company.home, at=in_days(91), dry=True)}
    assert (done["runs"], folder.is_dir()) == (1, True)
    purge_home(company.home, at=in_days(91))
    assert not folder.exists()


def test_one_that_is_newer_than_all_stays(company: Company) -> None:
    """The next refresh goes on with it; what it carries people over from stays, too."""
    finish(company, FIRST, "ana", days=-200)
    Home(company.home).point_to(LAST)
    folder = stop(company, LATER, onto=FIRST)
    purge_home(company.home, at=in_days(400))
    assert folder.is_dir()
    assert Home(company.home).finished(FIRST)


def test_what_only_an_old_stopped_run_builds_upon_goes_with_it(company: Company) -> None:
    """It is not gone on with."""
    finish(company, FIRST, "ana", days=-200)
    Home(company.home).point_to(LAST)
    stop(company, STOPPED, onto=FIRST)
    purge_home(company.home, at=in_days(91))
    assert [path.name for path in (company.home / "runs").glob("2026*")] == [LAST]


def test_a_run_that_does_not_say_when_it_ended_goes_by_its_files(company: Company) -> None:
    """A damaged run goes with its term."""
    finish(company, FIRST, "ana")
    Home(company.home).point_to(LAST)
    (company.home / "runs" / FIRST / "run.json").write_text("{")
    assert undone(purge_home(company.home, at=in_days(89))) == ""
    assert (company.home / "runs" / FIRST).is_dir()
    purge_home(company.home, at=in_days(91))
    assert not (company.home / "runs" / FIRST).exists()


def test_a_damaged_plan_of_a_stopped_run_stops_no_purge(company: Company) -> None:
    """It names nothing that it builds upon, and goes with its term."""
    folder = stop(company, STOPPED)
    (folder / "plan.json").write_text("{")
    log = company.home / "logs/old.log"
    log.parent.mkdir()
    log.write_text("x")
    os.utime(log, (1, 1))
    assert undone(purge_home(company.home, at=in_days(31))) == ""
    assert not log.exists()
    purge_home(company.home, at=in_days(91))
    assert not folder.exists()
