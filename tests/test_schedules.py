"""A schedule makes runs: what nobody starts by hand begins at its time."""

import time
import tomllib
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from packaging.requirements import Requirement

from tests.refreshed_company import ROOT
from tests.served_everything import SCHEDULED, Everything, everything

MONDAY = 0


def test_every_version_that_is_allowed_has_schedules() -> None:
    """With SQLAlchemy 2.1, Prefect's scheduler ends with an error in its log, and nothing is ever due."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (asked,) = (one for one in map(Requirement, project["dependencies"]) if one.name == "sqlalchemy")
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").partition("\nSQLAlchemy==")[2]
    assert asked.specifier.contains(pinned.split()[0])
    assert not asked.specifier.contains("2.1.0")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """Return all of it at work, with a job that is due on Mondays."""
    root = tmp_path_factory.mktemp("scheduled")
    (root / "people").mkdir()
    (root / "job.toml").write_text(SCHEDULED.format(root=root / "people"), encoding="utf-8")
    with everything(root / "home", "--no-review", "--job", str(root / "job.toml")) as at_work:
        yield at_work


def due(served: Everything) -> list[dict[str, Any]]:
    """Return the runs that are due by themselves, once there are some."""
    until = time.monotonic() + 60
    found: list[dict[str, Any]] = []
    while not found and time.monotonic() < until:
        time.sleep(0.5)
        found = served.ask("flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}})
    return found


@pytest.mark.slow
@pytest.mark.prefect
def test_a_schedule_has_runs_at_its_time(served: Everything) -> None:
    """Those of the job file, on Mondays at 3:00 where the company is."""
    runs = due(served)
    assert runs
    assert all(one["auto_scheduled"] for one in runs)
    at = [
        datetime.fromisoformat(one["expected_start_time"]).astimezone(ZoneInfo("Europe/Berlin"))
        for one in runs
    ]
    assert {(one.weekday(), one.hour, one.minute) for one in at} == {(MONDAY, 3, 0)}
