"""What the refresh form adds to a refresh: departments, and the sentence of a failure."""

import json
from pathlib import Path

import pytest
from prefect.client.schemas.objects import State, StateType

from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.records import Employee
from catchlight.runs import takes_in_everyone
from catchlight.sheet_links import is_good, path_of
from flows.admission import admit
from flows.failures import sentence

PEOPLE = [
    Employee("a", "Ada", department="Design"),
    Employee("b", "Bo", department=" Sales "),
    Employee("c", "Cy"),
]


def job(home: Path, *departments: str) -> Job:
    """Return a job for some departments."""
    return Job(source=home, home=home, departments=departments)


def test_only_the_departments_that_were_named(tmp_path: Path) -> None:
    """Capitals and spaces do not count; a department that nobody is in is refused, and the others are told."""
    assert [one.id for one in admit(job(tmp_path, "design", "SALES"), PEOPLE, ())[0]] == ["a", "b"]
    assert admit(job(tmp_path), PEOPLE, ()) == (PEOPLE, [])
    with pytest.raises(ConfigError, match="there are: Design, Sales"):
        admit(job(tmp_path, "Desing"), PEOPLE, ())


@pytest.mark.parametrize(("departments", "everyone"), [([], True), (["Design"], False)])
def test_a_run_of_one_department_takes_nobody_else_off(
    departments: list[str], everyone: bool, tmp_path: Path
) -> None:
    """Who is not in it has not left the company."""
    plan = tmp_path / "ledger/r/plan.json"
    plan.parent.mkdir(parents=True)
    plan.write_text(json.dumps({"job": {"only": [], "departments": departments}}), encoding="utf-8")
    assert takes_in_everyone(tmp_path, "r") is everyone


def test_a_failure_is_told_in_our_words() -> None:
    """Prefect's frame around the sentence is left out; an ended process gets a sentence of its own."""
    failed = State(
        type=StateType.FAILED, message="Flow run encountered an exception: ConfigError: --home /x: is taken"
    )
    assert sentence(failed) == "--home /x: is taken"
    crashed = State(type=StateType.CRASHED, message="Process exited with status code: -9")
    assert "Start it again" in sentence(crashed)


def test_a_contact_sheets_link_is_for_one_run_of_one_home(tmp_path: Path) -> None:
    """The token of one run opens no other, and another home's opens nothing; the key is private."""
    run, token, _ = path_of(tmp_path / "one", "20260101-000000").split("/")
    assert is_good(tmp_path / "one", run, token)
    assert not is_good(tmp_path / "one", "20260101-000001", token)
    assert not is_good(tmp_path / "two", run, token)
    assert not is_good(tmp_path / "one", run, "é" * 32)
    assert (tmp_path / "one/secrets/sheets.key").stat().st_mode & 0o077 == 0
