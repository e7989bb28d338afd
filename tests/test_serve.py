"""``catchlight serve``: forms, schedules, health, figures and the contact sheet; and nothing is left when it ends."""

import os
import shutil
import signal
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.commands.serve import app
from tests.processes import family, outlive
from tests.review_browser import free_port
from tests.served_everything import SCHEDULED, everything

pytestmark = [pytest.mark.slow, pytest.mark.prefect]


def test_told_to_stop_it_leaves_nothing_behind(tmp_path: Path) -> None:
    """SIGTERM ends all parts, the review server too, and the exit code says that this was wanted."""
    (tmp_path / "review.toml").write_text(f"[server]\nport = {free_port()}\n", encoding="utf-8")
    with everything(tmp_path) as served:
        children = family(served.process.pid)
        assert len(children) >= 3
        served.process.terminate()
        assert served.process.wait(60) == 0
        assert outlive(children, 5) == {}


def test_killed_it_leaves_nothing_behind(tmp_path: Path) -> None:
    """When it is ended without a word, servers and runner end by themselves."""
    with everything(tmp_path, "--no-review") as served:
        children = family(served.process.pid)
        assert len(children) >= 2
        served.process.send_signal(signal.SIGKILL)
        served.process.wait(10)
        assert outlive(children, 30) == {}


@pytest.mark.parametrize("option", ["--port", "--status-port"])
def test_a_port_that_somebody_has_is_named(option: str, tmp_path: Path) -> None:
    """It says which port, and what to do; nothing is started."""
    ports = {"--port": "0", "--status-port": "0"}
    before = family(os.getpid())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports[option] = str(taken.getsockname()[1])
        words = [word for pair in ports.items() for word in pair]
        ended = CliRunner().invoke(app, ["--home", str(tmp_path), *words])
    assert ended.exit_code == 2
    assert f"{option} {ports[option]}" in ended.stderr
    assert "choose another" in ended.stderr
    assert family(os.getpid()) <= before


def test_a_wrong_job_file_is_told_before_anything_starts(tmp_path: Path) -> None:
    """A schedule in a time zone that there is not names its key."""
    file = tmp_path / "job.toml"
    file.write_text(
        SCHEDULED.format(root=tmp_path).replace("Europe/Berlin", "Europe/Entenhausen"), encoding="utf-8"
    )
    ended = CliRunner().invoke(app, ["--home", str(tmp_path / "home"), "--job", str(file)])
    assert ended.exit_code == 2
    assert "schedule.timezone" in ended.stderr
    shutil.rmtree(tmp_path / "home", ignore_errors=True)
