"""``catchlight doctor`` tells causes apart: each has its own sentence, and a remedy that mends it and destroys nothing."""

import os
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from catchlight.checkup import Finding, State
from catchlight.checkup_home import look_at_home
from catchlight.checkup_register import open_as_it_is
from catchlight.checkup_settings import READERS, look_at_settings
from catchlight.desk import open_register
from catchlight.records import Answer, Decision
from flows import prefect_database
from flows.children import cause
from flows.commands import doctor, runs
from flows.destinations import FILE as DESTINATIONS

ACCOUNT = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with one answer, and a log that was begun."""
    made = tmp_path / "home"
    made.mkdir()
    register = open_register(made)
    register.decide([Decision("p1", "", Answer.KEEP, "p1", "2026-11-20T10:00:00+00:00")])
    register.close()
    return made


def examined(home: Path, *more: str) -> Result:
    """Return what the command says."""
    return CliRunner().invoke(doctor.app, ["--home", str(home), *more])


def found(home: Path, what: str) -> Finding:
    """Return the finding about one thing, the last where there are several."""
    return [one for one in look_at_home(home) if one.what == what][-1]


@pytest.mark.parametrize("name", [*READERS, DESTINATIONS])
def test_a_slip_in_a_settings_file_is_told_as_that_alone(home: Path, name: str) -> None:
    """Nothing else is wrong, and nothing has to be put back; every file that some command reads is read."""
    (home / name).write_text("slip = 1\n", encoding="utf-8")
    ended = examined(home)
    failed = [line for line in ended.stdout.splitlines() if line.startswith("fail")]
    assert ended.exit_code == 1
    assert len([line for line in failed if name in line and "slip" in line]) == 1, ended.stdout
    assert [line for line in failed if name not in line and "Models" not in line] == []
    assert "backup" not in ended.stdout


def test_a_slip_in_a_signature_is_told(home: Path) -> None:
    """Its folder is named by a destination, and nobody would notice before publishing."""
    (home / "look").mkdir()
    (home / "look/signature.toml").write_text("slip = 1\n", encoding="utf-8")
    (home / DESTINATIONS).write_text(
        f'[outlook]\nkind = "folder"\nroot = "{home}"\nsignatures = "look"\n', encoding="utf-8"
    )
    ended = examined(home)
    assert (ended.exit_code, "look/signature.toml: company: missing" in ended.stdout) == (1, True), (
        ended.stdout
    )


def test_a_secret_that_is_not_there_is_told(home: Path) -> None:
    """Else the first letter would find out; one of the environment is there for the service alone."""
    text = '[mail]\nhost = "mail.example.com"\nsender = "photos@example.com"\nusername = "us"\npassword_file = "{}"\n'
    (home / "review.toml").write_text(text.format(home / "secrets/mail"), encoding="utf-8")
    ended = examined(home)
    assert (ended.exit_code, "review.toml: mail.password_file: " in ended.stdout) == (1, True), ended.stdout
    (home / "review.toml").write_text(text.format("env:MAIL_PASSWORD"), encoding="utf-8")
    assert examined(home).exit_code == 0


def test_a_key_that_is_gone_or_another_one_is_put_back_alone(home: Path) -> None:
    """The remedy works as it is printed, with the folder of a backup in the place of its word."""
    key = home / "secrets/audit.key"
    backup = home.parent / "backup"
    shutil.copytree(home, backup)
    for wrong in ("", "another key"):
        key.unlink()
        if wrong:
            key.write_text(wrong, encoding="utf-8")
            key.chmod(0o600)
        log = found(home, "Audit log")
        assert log.state == State.FAIL
        command = log.remedy.partition(": ")[2].partition(", ")[0].replace("BACKUP", str(backup))
        assert os.system(command) == 0  # noqa: S605  what a person would paste
        assert found(home, "Audit log").state == State.OK
    assert found(home, "Register").state == State.OK


def test_a_damaged_register_is_the_one_that_a_backup_is_for(home: Path) -> None:
    """Beside the home, not over it."""
    (home / "register.db").write_bytes(b"no database" * 1000)
    register = found(home, "Register")
    assert (register.state, "not a database" in register.said) == (State.FAIL, True)
    assert f"--home {home}.new" in register.remedy
    (home / "register.db").unlink()
    assert "is lost" in found(home, "Register").said
    assert not (home / "register.db").exists()


def test_a_full_disk_needs_room_and_nothing_else(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite calls it an I/O error as well as a full disk."""

    def fail(_: object) -> None:
        told = sqlite3.OperationalError("disk I/O error")
        told.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
        raise told

    monkeypatch.setattr("catchlight.register._set_up_sqlite", lambda connection, _: fail(connection))
    wrong = open_as_it_is(home)
    assert isinstance(wrong, Finding)
    assert "health" in wrong.remedy
    monkeypatch.setattr("catchlight.checkup_sqlite.is_full", lambda _: True)
    wrong = open_as_it_is(home)
    assert isinstance(wrong, Finding)
    assert "make room" in wrong.remedy
    assert "backup" not in wrong.remedy


def test_looking_leaves_no_line_in_the_log(home: Path) -> None:
    """Whoever looks changes nothing: settings that differ are noted by who works with them."""
    (home / "trust.toml").write_text("[keep]\nlogs = 20\n", encoding="utf-8")
    before = sqlite3.connect(home / "register.db").execute("select count(*) from auditlines").fetchone()
    assert examined(home).exit_code == 0
    assert (
        sqlite3.connect(home / "register.db").execute("select count(*) from auditlines").fetchone() == before
    )


@pytest.mark.parametrize("name", ["sources/hr.db", "prefect/prefect.db"])
def test_a_database_that_cannot_be_read_is_named_with_what_becomes_of_it(home: Path, name: str) -> None:
    """Moved away as printed, all is well."""
    (home / name).parent.mkdir()
    (home / name).write_bytes(b"no database" * 1000)
    wrong = found(home, "Database")
    assert (wrong.state, str(home / name) in wrong.said) == (State.FAIL, True)
    assert os.system(wrong.remedy.partition(": ")[2].partition(";")[0]) == 0  # noqa: S605
    assert not [one for one in look_at_home(home) if one.what == "Database"]


def test_a_damaged_database_of_prefect_is_named_before_a_server_is_started(home: Path) -> None:
    """It had ended at its start with an empty log."""
    (home / "prefect").mkdir()
    (home / "prefect/prefect.db").write_bytes(b"no database" * 1000)
    with pytest.raises(ValueError, match=r"prefect/prefect\.db: file is not a database; move it away"):
        prefect_database.furnish(home / "prefect")


def test_a_log_that_is_empty_is_not_where_anybody_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server without room for its log says nothing in it."""
    log = tmp_path / "server.log"
    log.touch()
    assert "is empty" in cause(log)
    log.write_text("why", encoding="utf-8")
    assert cause(log) == f"see {log}"
    monkeypatch.setattr("flows.children.shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    assert "0 MB left, make room" in cause(log)


def test_a_home_that_is_not_there_is_told(home: Path) -> None:
    """A new one is made by the first refresh; a slip of the pen beside a home is one."""
    ended = examined(home.parent / "quite-another")
    assert (ended.exit_code, "the first refresh makes it" in ended.stdout) == (0, True)
    ended = examined(home.parent / "hoem")
    assert (ended.exit_code, f"do you mean --home {home}?" in ended.stdout) == (1, True)
    assert CliRunner().invoke(runs.app, ["list", "--home", str(home.parent / "hoem")]).exit_code == 2


@ACCOUNT
def test_rights_are_given_by_the_command_that_is_printed(home: Path) -> None:
    """Of a home of one's own that is shut."""
    (home / "register.db").chmod(0o400)
    register = found(home, "Register")
    assert os.system(register.remedy) == 0  # noqa: S605
    assert found(home, "Register").state == State.OK


def test_a_company_without_a_name_is_told(tmp_path: Path) -> None:
    """Letters would come from "Your company", in whatever language; without the file nobody is written to."""

    def said() -> list[str]:
        return [one.said for one in look_at_settings(tmp_path, {}) if one.what == "Company"]

    assert said() == []
    (tmp_path / "review.toml").write_text('contact = "hr@example.com"\n', encoding="utf-8")
    assert said() == ["review.toml names no company: pages and letters say “Your company”"]
    (tmp_path / "review.toml").write_text('company = "Example AG"\n', encoding="utf-8")
    assert said() == []
