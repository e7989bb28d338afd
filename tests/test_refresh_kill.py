"""A refresh that is killed at any moment, or stopped with Ctrl-C, goes on where it was and leaves nobody behind."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.killed_refresh import kill, started, wait_for
from tests.processes import command, family, outlive
from tests.refreshed_company import Company, congress, differing

pytestmark = pytest.mark.slow
PEOPLE = 5


@pytest.fixture(scope="module")
def undisturbed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company that was refreshed without anybody disturbing it."""
    root = tmp_path_factory.mktemp("undisturbed")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, PEOPLE))
    company.hire(("nobody", ""))
    assert company.refresh().returncode == 1
    return company


def begun(company: Company) -> bool:
    """See that workers and the Prefect server are starting."""
    return (company.home / "logs/prefect-server.log").exists()


def developing(company: Company) -> bool:
    """See that some people are done and others are not."""
    return len(company.recipes()) >= 2


def judging(company: Company) -> bool:
    """See that everyone is done and the run's folder is being filled."""
    return any((company.home / "runs").glob("2*"))


def test_killed_at_any_moment_it_goes_on_and_comes_to_the_same(undisturbed: Company, tmp_path: Path) -> None:
    """After three kills, one more start ends as an undisturbed run did; nothing finished was done again."""
    company = Company(undisturbed.source, tmp_path / "home")
    finished: dict[Path, tuple[int, int]] = {}
    for moment in (begun, developing, judging):
        with started(company) as process:
            wait_for(moment, company, process)
            time.sleep(random.uniform(0, 0.3) if moment != judging else 0)  # noqa: S311  no secret
            kill(process)
        assert finished.items() <= company.recipes().items()
        finished = company.recipes()
    assert company.refresh().returncode == 1
    assert company.recipes() == finished
    assert len(finished) == PEOPLE
    assert differing(company.tables(), undisturbed.tables()) == []
    assert company.listed() == undisturbed.listed()
    assert all((run / "run.json").is_file() for run in (company.home / "runs").glob("2*"))


def test_ctrl_c_ends_it_soon_with_one_line_and_the_next_start_goes_on(
    undisturbed: Company, tmp_path: Path
) -> None:
    """Ctrl-C in the midst of developing says what to do next, without a traceback, and loses nothing."""
    company = Company(undisturbed.source, tmp_path / "home")
    with started(company) as process:
        wait_for(developing, company, process)
        children = family(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        said = "".join(process.communicate(timeout=30))
        assert process.returncode == 130, said
    assert outlive(children, 5) == {}
    assert "Traceback" not in said
    assert "run the same command again" in " ".join(said.split())
    assert len(said.splitlines()) <= 2
    finished = company.recipes()
    assert finished
    assert company.refresh().returncode == 1
    assert finished.items() <= company.recipes().items()
    assert differing(company.tables(), undisturbed.tables()) == []


def test_two_commands_share_a_run_and_go_on_when_the_first_is_killed(
    undisturbed: Company, tmp_path: Path
) -> None:
    """With --slice both work at one run; after kill -9 of the one that gathered, the other ends as one alone would."""
    company = Company(undisturbed.source, tmp_path / "home")
    small = ("--shard-size", "1", "--workers", "1")
    with started(company, "--slice", "1/2", *small) as first:
        wait_for(planned, company, first)
        with started(company, "--slice", "2/2", *small) as second:
            wait_for(developing, company, second)
            first.kill()
            first.wait()
            said = second.communicate(timeout=240)
    assert second.returncode == 1, said
    assert len(list((company.home / "ledger").glob("2*"))) == 1
    assert differing(company.tables(), undisturbed.tables()) == []
    assert company.listed() == undisturbed.listed()


def planned(company: Company) -> bool:
    """See that it is known who is to be developed."""
    return any((company.home / "ledger").glob("2*/plan.json"))


def test_ctrl_c_twice_ends_it_as_well(undisturbed: Company, tmp_path: Path) -> None:
    """Somebody impatient presses again: it ends with the same exit code, nobody is left, and the next start goes on."""
    company = Company(undisturbed.source, tmp_path / "home")
    with started(company) as process:
        wait_for(developing, company, process)
        children = family(process.pid)
        for _ in range(2):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.2)
        process.communicate(timeout=30)
        assert process.returncode in (130, -signal.SIGINT)
    assert outlive(children, 5) == {}
    finished = company.recipes()
    assert company.refresh().returncode == 1
    assert finished.items() <= company.recipes().items()
    assert differing(company.tables(), undisturbed.tables()) == []


def test_sigterm_ends_it_soon_and_the_next_start_goes_on(undisturbed: Company, tmp_path: Path) -> None:
    """A machine that shuts down, or a service manager: within 30 seconds all is ended, and nothing finished is lost."""
    company = Company(undisturbed.source, tmp_path / "home")
    with started(company) as process:
        wait_for(developing, company, process)
        children = family(process.pid)
        process.terminate()
        process.communicate(timeout=30)
        assert process.returncode
    assert outlive(children, 5) == {}
    finished = company.recipes()
    assert finished
    assert company.refresh().returncode == 1
    assert finished.items() <= company.recipes().items()
    assert differing(company.tables(), undisturbed.tables()) == []


def test_a_prefect_server_that_ends_in_the_middle_costs_no_work(undisturbed: Company, tmp_path: Path) -> None:
    """The run ends with a sentence or comes to its end; the next start goes on from what the files say."""
    company = Company(undisturbed.source, tmp_path / "home")
    with started(company) as process:
        wait_for(developing, company, process)
        children = family(process.pid)
        servers = [one for one in children if "flows.prefect_app" in command(one)]
        assert servers
        for pid, _ in servers:
            os.kill(pid, signal.SIGKILL)
        said = "".join(process.communicate(timeout=120))
    assert process.returncode == 2, said
    assert outlive(children, 5) == {}
    assert "Traceback" not in said
    finished = company.recipes()
    assert finished
    assert company.refresh().returncode == 1
    assert finished.items() <= company.recipes().items()
    assert differing(company.tables(), undisturbed.tables()) == []
