"""Old backups go after the term that people were told: no other one misses anything, and the newest stays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import backup, backup_rotation
from flows.commands.backup import app
from tests.published_company import Company

NOW = datetime(2026, 11, 28, tzinfo=UTC)
OLD, MIDDLE, HALF = "20200101-013000-2", "20261120-013000", "20200102-013000"


@pytest.fixture
def aside(tmp_path: Path) -> Path:
    """Return a folder with an old backup, a later one of the same pictures, half a one, and somebody else's folder."""
    made = Company(tmp_path / "home", tmp_path / "out")
    made.answer(made.run("20261101-100000", {"p1": "one", "p2": "two"}))
    folder = tmp_path / "aside"
    for name in (OLD, MIDDLE):
        backup.make(made.home, folder).folder.rename(folder / name)
    (folder / HALF).mkdir()
    (folder / "ours/20200101-000000").mkdir(parents=True)
    (folder / "20209999-999999").mkdir()
    return folder


def test_what_is_past_its_term_goes_and_no_other_one_misses_anything(aside: Path) -> None:
    """Pictures are links to one file: those of the later backup stay whole. Other folders are not ours to delete."""
    found = backup_rotation.due(aside, 35, NOW)
    assert [folder.name for folder in found] == [OLD, HALF]
    backup_rotation.delete(found)
    assert sorted(one.name for one in aside.glob("[!.]*")) == ["20209999-999999", MIDDLE, "ours"]
    assert backup.wrong(backup.read(aside / MIDDLE)) == []


def test_the_newest_complete_one_stays_however_old(aside: Path) -> None:
    """Backups that have failed for weeks must not take the last good one with them."""
    later = datetime(2028, 1, 1, tzinfo=UTC)
    assert [folder.name for folder in backup_rotation.due(aside, 35, later)] == [OLD, HALF]
    (aside / MIDDLE / backup.MANIFEST).unlink()
    assert [folder.name for folder in backup_rotation.due(aside, 35, later)] == [HALF, MIDDLE]


def test_the_term_is_the_one_that_people_are_told(aside: Path) -> None:
    """By trust.toml; a dry run deletes nothing, and without a yes nothing goes."""
    home = aside.parent / "home"
    command = ["prune", "--backups", str(aside), "--home", str(home)]
    (home / "trust.toml").write_text("[keep]\nbackups_of_home = 100000\n", encoding="utf-8")
    assert "0 backups go" in CliRunner().invoke(app, command).output
    (home / "trust.toml").unlink()
    assert "2 backups would go" in CliRunner().invoke(app, [*command, "--dry-run"]).output
    assert CliRunner().invoke(app, command, input="n\n").exit_code == 2
    assert (aside / OLD).is_dir()
    assert CliRunner().invoke(app, [*command, "--yes"]).exit_code == 0
    assert not (aside / OLD).exists()
    assert CliRunner().invoke(app, ["prune", "--backups", str(aside / "no")]).exit_code == 2
