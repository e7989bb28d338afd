"""A part of ``catchlight serve`` is killed in the middle of a refresh: it is started again, and the refresh goes on."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.automations import SILENT
from tests.processes import command, family
from tests.refreshed_company import Company, congress
from tests.served_everything import Everything, everything

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
JOB = '[sources.people]\nkind = "folder"\nroot = "{root}"\n'
PEOPLE = 4


@pytest.fixture(scope="module")
def company(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company of four people that nobody has refreshed."""
    root = tmp_path_factory.mktemp("killed")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, PEOPLE))
    (root / "hq.toml").write_text(JOB.format(root=company.source), encoding="utf-8")
    return company


@pytest.fixture(scope="module")
def served(company: Company) -> Iterator[Everything]:
    """Serve it."""
    with everything(company.home, "--job", str(company.home.parent / "hq.toml"), "--no-review") as found:
        yield found


def wait_for(moment: Callable[[], Any]) -> Any:
    """Return what a moment gave once it has come."""
    until = time.monotonic() + 300
    while not (found := moment()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


def kill(served: Everything, module: str) -> None:
    """Kill one of its parts, by the module that it runs."""
    (pid,) = {
        one[0] for one in family(served.process.pid)
        if "flows.follow" in command(one) and f" {module} " in command(one)
    }  # fmt: skip
    os.kill(pid, signal.SIGKILL)


def refresh(served: Everything, preset: str) -> str:
    """Start a refresh with a preset of its own, so that everybody is made anew; return the run."""
    (found,) = [one for one in served.ask("deployments/filter") if one["name"] == "Refresh portraits"]
    return served.begin(found, preset=preset, workers=1)


@pytest.mark.parametrize(
    ("module", "preset"), [("flows.runner", "house"), ("uvicorn", "deep-blue")], ids=["runner", "server"]
)
def test_a_part_that_is_killed_costs_nobody_a_portrait(
    module: str, preset: str, served: Everything, company: Company
) -> None:
    """The run ends well, by itself or when it is started once more; whoever was done is not done twice."""
    before = set(company.recipes())
    run = refresh(served, preset)
    wait_for(lambda: set(company.recipes()) - before)
    finished = company.recipes()
    kill(served, module)
    ended = served.end(run)["state_type"]
    if ended != "COMPLETED":  # without its server a run may fail; then somebody starts it again
        assert served.end(refresh(served, preset))["state_type"] == "COMPLETED"
    assert finished.items() <= company.recipes().items()
    assert len(set(company.recipes()) - before) == PEOPLE
    assert company.run()["counts"]["people"] == PEOPLE


def test_a_run_without_a_sign_of_life_is_ended_by_the_server(served: Everything) -> None:
    """The automation is there, once, however often the runner was started."""
    found = [one for one in served.ask("automations/filter") if one["name"] == SILENT]
    assert [one["enabled"] for one in found] == [True]
    assert [action["type"] for action in found[0]["actions"]] == ["change-flow-run-state", "run-deployment"]


def test_the_alarm_can_be_tried(served: Everything) -> None:
    """Without a mail server it fails with what to add, and still leaves its sentence on Prefect's pages."""
    (found,) = [one for one in served.ask("deployments/filter") if one["name"] == "Tell IT"]
    ended = served.run(found)
    assert ended["state_type"] == "FAILED"
    assert "This is a test" in served.artifacts(ended)["alarm"]
    assert "review.toml has no [mail]" in served.artifacts(ended)["alarm"]
