"""``catchlight serve``: forms, schedules, health, figures and the contact sheet; and nothing is left when it ends."""

import os
import shutil
import signal
import socket
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from flows.commands.serve import app
from tests.processes import family, outlive
from tests.refreshed_company import Company, congress
from tests.review_browser import free_port
from tests.served_everything import everything

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
JOB = """
preset = "house"
[sources.people]
kind = "folder"
root = "{root}"
[schedule]
refresh = "0 3 * * 1"
timezone = "Europe/Berlin"
"""


def job_file(company: Company) -> Path:
    """Write a job file that reads the company's folder on Mondays."""
    file = company.source / "hq.toml"
    file.write_text(JOB.format(root=company.source), encoding="utf-8")
    return file


def test_one_command_is_all_that_a_machine_needs(shared: Path, tmp_path: Path) -> None:
    """A refresh is started from its form and ends at a contact sheet; SIGTERM leaves no process behind."""
    company = Company(tmp_path / "source", tmp_path / "home")
    company.photograph(shared / "congress", congress(shared, 3))
    company.home.mkdir()
    port = free_port()
    (company.home / "review.toml").write_text(f"[server]\nport = {port}\n", encoding="utf-8")
    with everything(company.home, "--job", str(job_file(company))) as served:
        found = served.deployments(7)
        assert set(found) == {
            "refresh/hq",
            *(f"{n}/company" for n in ("redo", "remind", "publish", "verify", "withdrawals", "purge")),
        }
        refresh = found["refresh/hq"]
        (timed,) = refresh["schedules"]
        assert timed["active"]
        assert (timed["schedule"]["cron"], timed["schedule"]["timezone"]) == ("0 3 * * 1", "Europe/Berlin")
        assert "house" in refresh["parameter_openapi_schema"]["properties"]["preset"]["enum"]

        dry = served.run(refresh, dry_run=True)
        assert dry["state_type"] == "COMPLETED", dry["state"]
        assert "3 would be rendered" in served.artifacts(dry)["dry-run"]
        done = served.run(refresh)
        assert done["state_type"] == "COMPLETED", done["state"]
        link = served.artifacts(done)["contact-sheet"].split("(")[1].split(")")[0]
        assert "<html" in httpx.get(link, trust_env=False).text
        assert httpx.get(link.replace("/contact", "0/contact"), trust_env=False).status_code == 404
        wrong = served.run(refresh, departments=["Nowhere"])
        assert wrong["state_type"] == "FAILED"
        assert "nobody in" in served.artifacts(wrong)["refresh-what-to-do"]

        health = httpx.get(served.line("Health"), trust_env=False)
        assert health.json() == {"well": True, "parts": {"prefect": True, "runner": True, "review": True}}
        figures = httpx.get(served.line("Figures"), trust_env=False).text
        assert 'catchlight_run_people{count="people"} 3.0' in figures
        assert 'catchlight_people{stage="open"} 3.0' in figures
        assert not any(id_ in figures for id_ in company.listed())

        children = family(served.process.pid)
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
        JOB.format(root=tmp_path).replace("Europe/Berlin", "Europe/Entenhausen"), encoding="utf-8"
    )
    ended = CliRunner().invoke(app, ["--home", str(tmp_path / "home"), "--job", str(file)])
    assert ended.exit_code == 2
    assert "schedule.timezone" in ended.stderr
    shutil.rmtree(tmp_path / "home", ignore_errors=True)
