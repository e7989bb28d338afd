"""The private Prefect server of one command: there while it is needed, and gone however the command ends."""

import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from catchlight.errors import OutsideError
from flows import prefect_database
from flows.server import prefect_server
from tests.processes import family, outlive
from tests.refreshed_company import ROOT, environment

pytestmark = pytest.mark.prefect
HOLD = """
import sys, time
from pathlib import Path
from prefect import settings
from flows.server import prefect_server
with prefect_server(Path(sys.argv[1])) as address:
    print(address, settings.PREFECT_API_AUTH_STRING.value(), flush=True)
    time.sleep(600)
"""


def hold(home: Path) -> subprocess.Popen[str]:
    """Start a program that holds a server."""
    command = [sys.executable, "-c", HOLD, str(home)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)


def told(owner: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the server's address and password."""
    address, password = (owner.stdout.readline() if owner.stdout else "").split()
    return address, password


def healthy(address: str) -> bool:
    """Whether a Prefect API answers there."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:  # noqa: S310  loopback
            return bool(answer.read() == b"true")
    except OSError:
        return False


def test_a_killed_owner_leaves_no_server(tmp_path: Path) -> None:
    """It answers on loopback while its owner lives; when the owner is killed it ends too."""
    owner = hold(tmp_path / "home")
    address, _ = told(owner)
    assert address.startswith("http://127.0.0.1:")
    assert healthy(address)
    servers = family(owner.pid)
    assert len(servers) == 1
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    assert outlive(servers, 5) == {}
    assert not healthy(address)


def hold_at(api: str, home: Path, password: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program that uses the server at ``api`` for a moment."""
    command = [sys.executable, "-c", HOLD.replace("time.sleep(600)", ""), str(home)]
    env = environment(PREFECT_API_URL=api, PREFECT_API_AUTH_STRING=password)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_a_server_that_lets_nobody_in_says_what_it_wants(tmp_path: Path) -> None:
    """Its password, or a name that it knows; it is there, so nobody is told to start it."""
    owner = hold(tmp_path / "theirs")
    api, password = told(owner)
    try:
        without = hold_at(api, tmp_path / "home").stderr
        elsewhere = hold_at(api.replace("127.0.0.1", "0.0.0.0"), tmp_path / "home", password).stderr  # noqa: S104
    finally:
        owner.terminate()
    assert "give its password as PREFECT_API_AUTH_STRING" in without
    assert "reach it by a name that it knows" in elsewhere
    assert "start that" not in without + elsewhere


def test_a_server_that_the_environment_names_is_used(tmp_path: Path) -> None:
    """With PREFECT_API_URL set, no server is started and nothing is written."""
    owner = hold(tmp_path / "theirs")
    api, password = told(owner)
    try:
        done = hold_at(api, tmp_path / "home", password)
    finally:
        owner.terminate()
        owner.communicate()
    assert done.stdout.split() == [api, password], done.stderr
    assert not (tmp_path / "home").exists()


def test_a_named_server_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    """One sentence names the variable and what to do; a password in the address is not shown."""
    done = hold_at("http://hr:secret@127.0.0.1:9/api", tmp_path / "home")
    said = done.stderr.splitlines()[-1]
    assert "ConfigError: PREFECT_API_URL names http://127.0.0.1:9/api" in said
    assert "unset the variable" in said
    assert "hr:secret" not in said


def test_a_server_that_cannot_start_is_told_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database of a newer Prefect gives one sentence with both ways on, and ends the child."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    (tmp_path / "prefect").mkdir()
    with sqlite3.connect(tmp_path / "prefect/prefect.db") as store:
        store.execute("create table alembic_version (version_num text)")
        store.execute("insert into alembic_version values ('of-the-future')")
    store.close()
    before = family(os.getpid())
    with (
        pytest.raises(OutsideError, match=f"newer Prefect.*install.*move {tmp_path}/prefect away"),
        prefect_server(tmp_path),
    ):
        pass
    assert family(os.getpid()) <= before
    assert "of-the-future" in (tmp_path / "logs/prefect-server.log").read_text(encoding="utf-8")


def test_a_fresh_home_takes_the_empty_database_that_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first server of a user leaves an empty database behind; the next home starts from a copy of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with prefect_server(tmp_path / "one"):
        kept = list((tmp_path / "cache/catchlight").iterdir())
    assert [file.name.startswith("prefect-") for file in kept] == [True]
    prefect_database.furnish(tmp_path / "two")
    copied = tmp_path / "two/prefect.db"
    assert copied.read_bytes() == kept[0].read_bytes()
    assert os.access(copied, os.W_OK)
    with sqlite3.connect(copied) as database:
        assert database.execute("SELECT count(*) FROM flow_run").fetchone() == (0,)
    prefect_database.furnish(tmp_path / "one/prefect")
    assert (tmp_path / "one/prefect/prefect.db").read_bytes() != copied.read_bytes()
