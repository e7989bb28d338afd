"""Whoever may ask Prefect's server may run commands as its account: nobody does without a password."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from catchlight.errors import ConfigError
from flows import prefect_password
from flows.listening import listen
from flows.prefect_password import ASKED, SENT, file_of, needed, of_home
from flows.server import prefect_server
from tests.private_prefect import login
from tests.refreshed_company import ROOT, environment
from tests.served_everything import everything

UNAUTHORIZED = 401


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (ASKED, SENT, "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_home_has_a_password_of_its_own(tmp_path: Path) -> None:
    """Made once, for this account alone; server and flows are told the same."""
    told = of_home(tmp_path)
    assert told[ASKED] == told[SENT] == file_of(tmp_path).read_text(encoding="utf-8").strip()
    assert len(told[ASKED]) > len("catchlight:") + 40
    assert (file_of(tmp_path).stat().st_mode & 0o777, file_of(tmp_path).parent.stat().st_mode & 0o777) == (
        0o600,
        0o700,
    )
    assert of_home(tmp_path) == told
    assert of_home(tmp_path / "other") != told


def test_the_environment_s_password_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flows send it, too, where the variable for that was forgotten; a home gets none."""
    monkeypatch.setenv(ASKED, "it:secret")
    assert of_home(tmp_path) == {ASKED: "it:secret", SENT: "it:secret"}
    assert not file_of(tmp_path).exists()
    needed()


@pytest.mark.parametrize("given", ["", "catchlight:change-me"])
def test_a_server_alone_does_not_begin_without_one(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """None, or the one of the example, keeps nobody out."""
    monkeypatch.setenv(ASKED, given)
    with pytest.raises(ConfigError, match=ASKED):
        needed()


def test_a_server_alone_says_so_in_one_sentence() -> None:
    """Its journal has the sentence and no traceback, its exit code says that it could not start."""
    line = [sys.executable, "-m", "flows.prefect_app", "127.0.0.1", "9"]
    done = subprocess.run(line, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith(f"catchlight: {ASKED} is not set")


@pytest.mark.prefect
@pytest.mark.parametrize("taken", [True, False])
def test_a_server_alone_says_that_its_port_is_taken_or_its_database_is_not_there(
    tmp_path: Path, *, taken: bool
) -> None:
    """As after an update, where the old one is still at work, or before PostgreSQL is."""
    own = {
        ASKED: "a:b",
        "PREFECT_HOME": str(tmp_path),
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(tmp_path / "pages"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://x:y@127.0.0.1:9/z",
    }
    with listen("127.0.0.1", 0, "PORT") as probe:
        port = str(probe.getsockname()[1])
        if not taken:
            probe.close()
        line = [sys.executable, "-m", "flows.prefect_app", "127.0.0.1", port]
        done = subprocess.run(
            line, cwd=ROOT, env=environment(**own), capture_output=True, text=True, check=False
        )
    said = done.stderr.splitlines()
    assert done.returncode == 2
    assert said[-1].startswith(
        f"catchlight: PORT {port}: " if taken else "catchlight: Prefect's server did not begin"
    )
    assert len(said) == 1 or not taken


def test_a_password_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """As any secret is."""
    of_home(tmp_path)
    file_of(tmp_path).chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        of_home(tmp_path)


def test_where_none_can_be_written_is_told(tmp_path: Path) -> None:
    """The sentence names the file."""
    (tmp_path / "secrets").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"prefect\.password"):
        of_home(tmp_path)


def unasked(address: str) -> int:
    """Return what a program of another account is answered."""
    return httpx.post(f"{address}/deployments/filter", json={}, trust_env=False).status_code


@pytest.mark.prefect
def test_the_server_of_one_command_has_a_password(tmp_path: Path) -> None:
    """It is on loopback, too; the command itself is let in."""
    with prefect_server(tmp_path) as address:
        assert unasked(address) == UNAUTHORIZED
        assert httpx.post(f"{address}/flows/filter", json={}, auth=login(), trust_env=False).is_success
    assert not prefect_password.file_of(tmp_path).exists()


@pytest.mark.slow
@pytest.mark.prefect
def test_served_flows_are_for_who_has_the_password(tmp_path: Path) -> None:
    """It is told where the password is, never what it is."""
    with everything(tmp_path, "--no-review") as served:
        assert unasked(f"{served.line('Flows')}/api") == UNAUTHORIZED
        assert served.ask("deployments/filter")
        said = "".join(served.said)
        assert str(file_of(tmp_path)) in said
        assert served.password not in said
