"""``catchlight doctor``: what is wrong with a machine or a home is told with its remedy, and nothing is changed."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import checkup, signing_keys, watermark
from catchlight.checkup import Finding, State
from catchlight.checkup_home import look_at_home
from catchlight.checkup_signing import look_at_signing
from catchlight.home import Home
from catchlight.records import Answer, Decision, Receipt
from catchlight.register import Register
from catchlight.signing_keys import Place
from flows.commands.doctor import app
from tests.published_company import portrait


def looked_at(home: Path) -> dict[str, Finding]:
    """Return the findings of a home, by what was looked at."""
    return {one.what: one for one in look_at_home(home)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with an approved picture that is published, and the mark of its register."""
    picture = Home(tmp_path).vault.put(portrait("new"))
    before = Home(tmp_path).vault.put(portrait("old"))
    register = Register(tmp_path / "register.db")
    register.decide([Decision("p1", picture, Answer.APPROVE, "p1", "2026-11-20T10:00:00+00:00")])
    register.note([Receipt("web", "p1", "p1.jpg", picture, before, "done", "2026-11-21T10:00:00+00:00")])
    watermark.raise_to(tmp_path, register)
    register.close()
    return tmp_path


def test_a_sound_home_is_sound(home: Path) -> None:
    """Nothing but the models may be wrong with it."""
    wrong = [one for name, one in looked_at(home).items() if one.state != State.OK and name != "Models"]
    assert wrong == []


def test_a_register_that_is_older_than_the_files_is_noticed(home: Path) -> None:
    """Restored from the day before, it lacks the receipt that the files had seen."""
    (home / "register.db").unlink()
    register = Register(home / "register.db")
    register.decide([Decision("p1", "", Answer.KEEP, "p1", "2026-11-20T10:00:00+00:00")])
    register.close()
    found = looked_at(home)["Restore"]
    assert found.state == State.FAIL
    assert "older than the files" in found.said
    assert "same day" in found.remedy


def test_files_that_are_older_than_the_register_are_noticed(home: Path) -> None:
    """A backup that a rollback would need is not there; a picture of which one byte differs is told, too."""
    vault = Home(home).vault
    pictures = sorted(path for path in vault.root.rglob("*") if path.is_file())
    pictures[0].chmod(0o640)
    pictures[0].write_bytes(b"changed")
    found = looked_at(home)["Vault"]
    assert (found.state, "1 changed" in found.said) == (State.FAIL, True), found
    pictures[0].unlink()
    found = looked_at(home)["Vault"]
    assert (found.state, "1 are gone" in found.said) == (State.FAIL, True), found


def test_an_answer_of_tomorrow_means_that_the_clock_is_wrong(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days are wrong until it is put right; which answer is the later one is not."""
    monkeypatch.setattr("catchlight.checkup_home.now", lambda: "2026-11-01T00:00:00+00:00")
    assert looked_at(home)["Answers"].state == State.FAIL


def test_a_newer_register_is_refused_with_what_to_do(home: Path) -> None:
    """Nothing else of the home is judged by a program that is too old for it."""
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(home / "register.db") as store:
        store.execute("INSERT INTO schema_version VALUES (99)")
    store.close()
    found = looked_at(home)["Register"]
    assert (found.state, "newer Catchlight" in found.said) == (State.FAIL, True)


def test_open_secrets_and_talkative_libraries_are_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with the command that mends it."""
    (home / "secrets").mkdir()
    (home / "secrets/links.key").write_text("key", encoding="utf-8")
    (home / "secrets/links.key").chmod(0o644)
    assert looked_at(home)["Secrets"].remedy.startswith("chmod 600")
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    (egress,) = [one for one in checkup.look_at_machine(home) if one.what == "Egress"]
    assert (egress.state, "ORT_DISABLE_TELEMETRY=1" in egress.remedy) == (State.WARN, True)


def test_the_command_ends_with_one_when_something_fails(home: Path) -> None:
    """Each line begins with ok, warn or fail; a remedy follows what is not ok. No picture is touched."""
    kept = sorted((home / "vault").rglob("*"))
    ended = CliRunner().invoke(app, ["--home", str(home)])
    assert ended.exit_code == 0, ended.stdout
    assert {line[:5].strip() for line in ended.stdout.splitlines() if line[:1] != " "} <= {"ok", "warn"}
    assert sorted((home / "vault").rglob("*")) == kept
    for path in (home / "vault").rglob("*"):
        if path.is_file():
            path.unlink()
    assert CliRunner().invoke(app, ["--home", str(home)]).exit_code == 1


@pytest.mark.parametrize(
    ("age", "state", "said"),
    [(10, State.OK, "signer ends first"), (380, State.WARN, "ends soon"), (400, State.FAIL, "has ended")],
)
def test_certificates_that_end_are_told_before_nothing_is_published(
    home: Path, tmp_path: Path, age: int, state: State, said: str
) -> None:
    """Thirty days before the end it is a warning with the command that renews; after it, a failure."""
    (found,) = look_at_signing(home, datetime.now(UTC))
    assert found.state == State.WARN
    words = shlex.split(found.remedy.partition(": ")[2])
    assert words[:5] == ["catchlight", "provenance", "init", "--company", "Your company"]
    assert words[5:7] == ["--home", str(home)]
    signing_keys.make(home, "Example AG", tmp_path / "stick" / "root.key", None, datetime.now(UTC))
    (found,) = look_at_signing(home, datetime.now(UTC) + timedelta(days=age))
    assert (found.state, said in found.said) == (state, True), found
    assert found.state == State.OK or "catchlight provenance renew" in found.remedy


def test_keys_that_are_gone_or_off_are_told_as_they_are(home: Path, tmp_path: Path) -> None:
    """A lost key fails; where signing is switched off there is nothing to say."""
    signing_keys.make(home, "Example AG", tmp_path / "stick" / "root.key", None, datetime.now(UTC))
    Place(home).private("signer").unlink()
    (found,) = look_at_signing(home, datetime.now(UTC))
    assert (found.state, "signer.key" in found.said) == (State.FAIL, True)
    (home / "publish.toml").write_text('[marking]\ncredentials = "off"\n')
    assert list(look_at_signing(home, datetime.now(UTC))) == []


def test_every_destination_is_proved(home: Path, tmp_path: Path) -> None:
    """Those of destinations.toml, without a job file: ready, or what stands against it."""
    (tmp_path / "out").mkdir()
    (home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{tmp_path / "out"}"\n'
        f'[gone]\nkind = "folder"\nroot = "{tmp_path / "nowhere"}"\n'
    )
    ended = CliRunner().invoke(app, ["--home", str(home)])
    assert ended.exit_code == 1
    assert "destination intranet: ready" in ended.stdout
    assert re.search(r"destination gone:\n  .*nowhere: no such folder", ended.stdout)
