"""Dask and Ray: the same portraits as on one machine, and plain words where something is missing."""

import importlib.util
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from catchlight import darkroom, workplace
from catchlight.errors import ConfigError, OutsideError
from catchlight.job import Job
from catchlight.job_file import check_job
from catchlight.look import Look
from catchlight.plan import Plan
from catchlight.slices import work_of
from catchlight.workplace import Workplace
from flows import stages
from flows.commands.catchlight import app
from flows.joiners import job_of
from tests.refreshed_company import Company, congress, differing

PEOPLE = 3


def there(runner: str) -> None:
    """Skip where an extra is not installed."""
    if not Workplace(runner=runner).is_installed:  # type: ignore[arg-type]
        pytest.skip(f"pip install 'catchlight[{runner}]'")


@pytest.fixture(scope="module")
def local(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company that was refreshed by this machine's own processes."""
    root = tmp_path_factory.mktemp("local")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, PEOPLE))
    company.hire(("nobody", ""))
    done = company.refresh()
    assert done.returncode == 1, done.stderr
    return company


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.parametrize("runner", ["dask", "ray"])
def test_a_cluster_makes_the_same_portraits(runner: str, local: Company, tmp_path: Path) -> None:
    """Tables and pixels are those of one machine; the terminal says no more than it does there."""
    there(runner)
    company = Company(local.source, tmp_path / "home")
    done = company.refresh("--runner", runner, "--shard-size", "1", "--workers", "2")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert differing(company.tables(), local.tables()) == []
    assert company.listed() == local.listed()
    assert company.run()["cost"]["cpu_seconds"] > 1  # the workers' are among them
    assert not any(
        noise in said for noise in ("Traceback", "ERROR", "WARNING", "INFO", "distributed", "raylet")
    ), said


@pytest.mark.parametrize(("runner", "package"), [("dask", "prefect-dask"), ("ray", "prefect-ray")])
def test_a_missing_extra_is_told_with_the_line_that_installs_it(
    runner: str, package: str, local_job: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read: one line, exit code 2."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        workplace, "find_spec", lambda name: None if name == package.replace("-", "_") else found(name)
    )
    done = CliRunner().invoke(app, [*local_job, "--runner", runner])
    assert done.exit_code == 2
    assert f"pip install 'catchlight[{runner}]'" in done.output


@pytest.fixture
def local_job(tmp_path: Path) -> list[str]:
    """Return a refresh of a folder with nothing in it."""
    (tmp_path / "source").mkdir()
    return ["refresh", "--source", str(tmp_path / "source"), "--home", str(tmp_path / "home")]


def test_an_unknown_runner_is_told(local_job: list[str]) -> None:
    """With those that there are."""
    done = CliRunner().invoke(app, [*local_job, "--runner", "spark"])
    assert done.exit_code == 2
    assert "local, dask, ray" in done.output


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"runner": "local", "address": "tcp://there:8786"}, "run.address"),
        ({"runner": "local", "gpus": 1}, "run.gpus"),
        ({"runner": "dask", "gpus": 0.5}, "run.gpus"),
    ],
)
def test_what_cannot_be_is_told_with_its_key(said: dict[str, Any], key: str) -> None:
    """An address without a cluster, half a card of Dask's."""
    with pytest.raises(ConfigError, match=key):
        Workplace.model_validate(said).check()


def test_a_job_file_says_where(tmp_path: Path) -> None:
    """``[run]`` is checked like the rest; a mistake is told with what is meant."""
    sources = {"hr": {"kind": "folder", "root": str(tmp_path)}}
    job, told = check_job(
        {"sources": sources, "run": {"runner": "ray", "gpus": 0.5, "address": "ray://head:10001"}}
    )
    assert not told
    assert job
    assert job.run == Workplace(runner="ray", gpus=0.5, address="ray://head:10001")
    _, told = check_job({"sources": sources, "run": {"runer": "ray"}})
    assert "do you mean runner?" in told[0]
    _, told = check_job({"sources": sources, "run": {"runner": "spark"}})
    assert "run.runner" in told[0]


def test_joiners_go_where_the_job_file_says(tmp_path: Path) -> None:
    """The new-joiner pass works on the cluster of the job file as a refresh does."""
    file = tmp_path / "job.toml"
    file.write_text(
        f'[sources.hr]\nkind = "folder"\nroot = "{tmp_path}"\n[run]\nrunner = "dask"\naddress = "tcp://there:8786"\n'
    )
    assert job_of(file, tmp_path / "home").on == Workplace(runner="dask", address="tcp://there:8786")


def test_a_command_says_it_over_the_job_file() -> None:
    """Another runner leaves the job file's address and cards behind; the same one keeps them."""
    own = Workplace(runner="dask", address="tcp://there:8786", gpus=1)
    assert own.instead("", "") == own
    assert own.instead("dask", "tcp://here:1").gpus == 1
    assert own.instead("local", "") == Workplace()


def test_where_work_is_done_decides_no_portrait(tmp_path: Path) -> None:
    """Somebody on a cluster shares a run with somebody who is on none."""
    job = Job(source=tmp_path, home=tmp_path)
    assert work_of(job) == work_of(job.model_copy(update={"on": Workplace(runner="dask")}))


def test_workers_elsewhere_need_a_server_that_they_reach() -> None:
    """A private Prefect server on loopback is refused before anything is handed out; a cluster here is not."""
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415

    from flows import clusters  # noqa: PLC0415

    remote = Workplace(runner="dask", address="tcp://10.0.0.7:8786")
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:4200/api"}):
        with pytest.raises(ConfigError, match="PREFECT_API_URL"):
            clusters.develop_everyone(remote, 0)
        clusters._see_that_workers_reach_prefect(Workplace(runner="dask", address="127.0.0.1:8786"))
    with temporary_settings({PREFECT_API_URL: "https://prefect.example.org/api"}):
        clusters._see_that_workers_reach_prefect(remote)


def test_a_worker_that_cannot_see_the_home_says_so(tmp_path: Path) -> None:
    """Instead of making a home of its own on its own disk."""
    plan = Plan("r1", Job(source=tmp_path, home=tmp_path / "home"), Look("setup"), "", ())
    with pytest.raises(OutsideError, match="file system that all workers see"):
        stages.develop_apart(plan, 0, [], None)  # type: ignore[arg-type]
    assert not (tmp_path / "home").exists()


@pytest.fixture
def daemonic(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be a process that may have no children, as Dask's workers are unless told otherwise."""
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", 1)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("daemonic")
def test_a_worker_that_may_have_no_children_says_how_to_start_it() -> None:
    """The variable to set is in the message."""
    with pytest.raises(OutsideError, match="DASK_DISTRIBUTED__WORKER__DAEMON=False"):
        darkroom.own_darkroom(None)  # type: ignore[arg-type]


def test_cards_that_a_ray_cluster_lacks_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of waiting for a card that never comes."""
    there("ray")
    import ray  # noqa: PLC0415

    from flows import clusters  # noqa: PLC0415

    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 2.0})
    with pytest.raises(ConfigError, match="has 0"):
        clusters._ray_needs(Workplace(runner="ray", gpus=1))


def test_what_a_shard_takes_is_declared() -> None:
    """Dask is asked for a worker with a card, Ray for a part of one; nothing is declared where no card is asked for."""
    there("dask")
    from dask.base import get_annotations  # noqa: PLC0415

    from flows import clusters  # noqa: PLC0415

    with clusters._dask_needs(Workplace(runner="dask", gpus=1)):
        assert get_annotations() == {"resources": {"GPU": 1}}
    with clusters._dask_needs(Workplace(runner="dask")):
        assert get_annotations() == {}
