"""Backups: what is put back is what was there; a broken or newer one is refused, and nothing is overwritten."""

import json
import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from catchlight import backup
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.records import Answer, Decision
from catchlight.register import VERSION, Register, now
from catchlight.vault import digest_of, digest_of_file
from flows.commands.backup import app
from tests.postgresql_server import database
from tests.power_cut import recording
from tests.published_company import Company, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with a run, answers, a source's memory, a secret, and a server's log."""
    made = Company(tmp_path / "home", tmp_path / "out")
    made.answer(made.run("20261101-100000", {"p1": "one", "p2": "two"}))
    (made.home / "secrets").mkdir(mode=0o700, exist_ok=True)
    (made.home / "secrets/links.key").touch(0o600)
    (made.home / "logs").mkdir()
    (made.home / "logs/runner.log").write_text("words", encoding="utf-8")
    (made.home / "sources").mkdir()
    with sqlite3.connect(made.home / "sources/hr.db") as store:
        store.execute("CREATE TABLE people (id)")
    store.close()
    return made


def test_what_is_put_back_is_what_was_there(company: Company, tmp_path: Path) -> None:
    """Answers, tables, pictures, rights of secrets and the newest run; logs are left out."""
    made = backup.make(company.home, tmp_path / "aside")
    backup.restore(made, tmp_path / "again")
    again = tmp_path / "again"
    assert [one.employee for one in open_register(again).decisions()] == ["p1", "p2"]
    assert (again / "runs/latest").resolve().name == "20261101-100000"
    assert (again / "secrets/links.key").stat().st_mode & 0o777 == 0o600
    assert sqlite3.connect(again / "sources/hr.db").execute("SELECT * FROM people").fetchall() == []
    assert not (again / "logs").exists()
    pictures = {
        path.relative_to(company.home) for path in (company.home / "vault").rglob("*") if path.is_file()
    }
    assert pictures == {path.relative_to(again) for path in (again / "vault").rglob("*") if path.is_file()}


def test_a_second_backup_takes_no_room_for_pictures(company: Company, tmp_path: Path) -> None:
    """They are links to the first one's; a later answer is in the second alone."""
    first = backup.make(company.home, tmp_path / "aside")
    first.folder.rename(first.folder.with_name("20260101-000000"))
    register = Register(company.home / "register.db")
    register.decide([Decision("p1", "", Answer.KEEP, "p1", now())])
    register.close()
    second = backup.make(company.home, tmp_path / "aside")
    picture = next(name for name in second.files if name.startswith("vault/"))
    assert (second.folder / picture).samefile(tmp_path / "aside/20260101-000000" / picture)
    assert len(Register(tmp_path / "aside/20260101-000000/register.db").decisions()) == 2
    assert len(Register(second.folder / "register.db").decisions()) == 3


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.unlink()
    path.write_bytes(data)


def test_a_picture_that_is_damaged_in_one_backup_is_whole_in_the_next(
    company: Company, tmp_path: Path
) -> None:
    """It is taken from the home again, without a word; the damaged backup stays known as such."""
    first = _first_of(company, tmp_path)
    picture = next(name for name in first.files if name.startswith("vault/"))
    _flip(first.folder / picture)
    second = backup.make(company.home, tmp_path / "aside")
    backup.restore(second, tmp_path / "again")
    assert (tmp_path / "again" / picture).read_bytes() == (company.home / picture).read_bytes()
    assert (backup.wrong(first), second.rotten) == ([picture], [])


def test_a_picture_that_is_damaged_in_the_home_is_taken_from_the_last_backup_or_named(
    company: Company, tmp_path: Path
) -> None:
    """Nobody's only picture is lost to a later backup; where no whole one is left, exit code 1 and its name say so."""
    aside, home = tmp_path / "aside", company.home
    first = _first_of(company, tmp_path)
    old, new = first.folder, home / "vault" / "ab" / ("0" * 62)
    picture = next(name for name in first.files if name.startswith("vault/"))
    _flip(home / picture)
    new.parent.mkdir(exist_ok=True)
    new.write_bytes(b"not what its name says")
    done = CliRunner().invoke(app, ["make", "--to", str(aside), "--home", str(home)])
    assert (done.exit_code, picture in done.output, new.name in done.output.replace("\n", "")) == (
        1,
        False,
        True,
    )
    second = backup.newest(aside)
    assert second is not None
    assert (second.folder / picture).samefile(old / picture)


def _first_of(company: Company, tmp_path: Path) -> backup.Backup:
    """Return a backup of some days ago."""
    first = backup.make(company.home, tmp_path / "aside")
    old = first.folder.rename(first.folder.with_name("20260101-000000"))
    return backup.read(old)


def test_a_backup_and_a_restored_home_that_are_complete_survive_a_power_cut(tmp_path: Path) -> None:
    """At no moment is a manifest, or the restored home, on the disk without each of its files, whole."""
    company = make_company(tmp_path)
    company.answer(company.run("20261101-100000", {"p1": "one"}))
    (company.home / "runs/20261101-100000/run.json").write_text("{}")
    with recording(tmp_path) as disk:
        made = backup.make(company.home, tmp_path / "far/aside")
        backup.restore(made, tmp_path / "again")
    where = str(made.folder.relative_to(tmp_path))
    for state in disk.states:
        shown = [
            name
            for name, there in ((where, f"{where}/{backup.MANIFEST}"), ("again", "again"))
            if there in state
        ]
        for name, digest in (
            (f"{top}/{name}", digest) for top in shown for name, digest in made.files.items()
        ):
            assert digest_of(state.get(name) or b"") == digest, name
    assert {"again", f"{where}/{backup.MANIFEST}"} <= set(disk.states[-1])


def test_a_changed_file_is_found_before_anything_is_put_back(company: Company, tmp_path: Path) -> None:
    """One byte is enough; the home that was to be made is not there."""
    made = backup.make(company.home, tmp_path / "aside")
    table = made.folder / "runs/20261101-100000/renders.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    with pytest.raises(ConfigError, match=r"renders\.parquet"):
        backup.restore(made, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_backup_is_put_back_into_the_folder_where_one_stands(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--home .`` of an empty folder is as good as its whole path."""
    made = backup.make(company.home, tmp_path / "aside")
    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    backup.restore(made, Path())
    assert [one.employee for one in open_register(tmp_path / "again").decisions()] == ["p1", "p2"]


def test_nothing_is_overwritten(company: Company, tmp_path: Path) -> None:
    """A home that is there is no place for a restore, nor is the home itself one for backups."""
    made = backup.make(company.home, tmp_path / "aside")
    with pytest.raises(ConfigError, match="not empty"):
        backup.restore(made, company.home)
    with pytest.raises(ConfigError, match="home folder itself"):
        backup.make(company.home, company.home / "backups")


@pytest.mark.parametrize("key", ["format", "schema"])
def test_a_backup_of_a_newer_catchlight_is_refused(key: str, company: Company, tmp_path: Path) -> None:
    """It says by which version, and what to do."""
    made = backup.make(company.home, tmp_path / "aside")
    manifest = made.folder / backup.MANIFEST
    manifest.write_text(json.dumps(made.facts | {key: VERSION + 100}), encoding="utf-8")
    with pytest.raises(ConfigError, match="update Catchlight"):
        backup.read(made.folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("files", {"../evil.txt": digest_of(b"evil")}),
        ("files", {"runs/../../evil.txt": digest_of(b"evil")}),
        ("files", {"/etc/hostname": "0"}),
        ("files", {"a\0b": "0"}),
        ("files", None),
        ("links", {"../evil": "/etc/passwd"}),
        ("links", {"runs": "/var"}),
        ("links", {"runs/latest": "/var"}),
        ("links", {"runs/latest": "../../.."}),
        ("links", []),
        ("made", None),
    ],
)
def test_a_manifest_that_leads_out_of_the_home_is_refused(
    key: str, value: object, company: Company, tmp_path: Path
) -> None:
    """Whoever may write where backups lie writes nothing elsewhere when one is put back."""
    made = backup.make(company.home, tmp_path / "aside")
    (tmp_path / "aside" / "evil.txt").write_bytes(b"evil")
    (made.folder / backup.MANIFEST).write_text(json.dumps(made.facts | {key: value}), encoding="utf-8")
    with pytest.raises(ConfigError, match="not as Catchlight writes it, or names files outside"):
        backup.restore(backup.read(made.folder), tmp_path / "below" / "again")
    assert not (tmp_path / "below").exists()


def test_a_backup_whose_manifest_is_damaged_is_in_no_other_one_s_way(
    company: Company, tmp_path: Path
) -> None:
    """Else no backup could be made any more while it is there, and another one is what it asks for."""
    made = backup.make(company.home, tmp_path / "aside")
    (made.folder / backup.MANIFEST).write_text("{}", encoding="utf-8")
    another = backup.make(company.home, tmp_path / "aside")
    assert backup.newest(tmp_path / "aside") == another
    assert not backup.wrong(another)


def test_a_whole_path_to_the_newest_run_is_put_back_as_its_name(company: Company, tmp_path: Path) -> None:
    """As somebody makes the link by hand; a backup of it was refused when it was needed."""
    latest = company.home / "runs" / "latest"
    run = latest.resolve()
    latest.unlink()
    latest.symlink_to(run)
    made = backup.make(company.home, tmp_path / "aside")
    backup.restore(backup.read(made.folder), tmp_path / "again")
    assert (tmp_path / "again" / "runs" / "latest").readlink() == Path(run.name)


def test_a_link_under_the_passing_name_is_not_followed(company: Company, tmp_path: Path) -> None:
    """Somebody else who may write beside the home decides nothing about where it is put back."""
    made = backup.make(company.home, tmp_path / "aside")
    (tmp_path / "theirs").mkdir()
    (tmp_path / ".again.partial").symlink_to(tmp_path / "theirs")
    with pytest.raises(ConfigError, match="in the way"):
        backup.restore(made, tmp_path / "again")
    assert list((tmp_path / "theirs").iterdir()) == []


def test_a_backup_that_was_stopped_is_none(company: Company, tmp_path: Path) -> None:
    """Without its manifest it is not taken for complete, nor built upon."""
    made = backup.make(company.home, tmp_path / "aside")
    (made.folder / backup.MANIFEST).unlink()
    with pytest.raises(ConfigError, match="no complete backup"):
        backup.read(made.folder)
    assert backup.newest(tmp_path / "aside") is None


def test_a_register_in_postgresql_goes_along(
    company: Company, tmp_path: Path, postgresql_server: str
) -> None:
    """It comes back into an empty database; one that is not empty is refused."""
    with database(postgresql_server, uuid4().hex) as old, database(postgresql_server, uuid4().hex) as new:
        address = company.home / "secrets/register.url"
        address.touch(0o600)
        address.write_text(old, encoding="utf-8")
        register = Register(old)
        register.decide([Decision("p1", "", Answer.KEEP, "p1", now())])
        register.close()
        made = backup.make(company.home, tmp_path / "aside")
        with pytest.raises(ConfigError, match="not empty"):
            backup.restore(made, tmp_path / "again")
        (made.folder / "secrets/register.url").write_text(new, encoding="utf-8")
        files = made.files | {"secrets/register.url": digest_of_file(made.folder / "secrets/register.url")}
        backup.restore(backup.Backup(made.folder, made.facts | {"files": files}), tmp_path / "again")
        assert [one.answer for one in open_register(tmp_path / "again").decisions()] == ["keep"]
