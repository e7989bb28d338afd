"""Somebody who is erased goes out of older backups, too; everybody else's backup stays whole and can be put back."""

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import backup
from catchlight.audit_check import verify
from catchlight.audit_settings import seal_of
from catchlight.backup_erasure import all_in, erase_in
from catchlight.company import Company
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from flows import session
from flows.commands.people import app
from flows.erasing import redraw
from tests.lives import Life, stand_in, step
from tests.test_erasing_everywhere import in_files, needles_of

GONE = "leaver-7731"
REST = ("p1", "p2")


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Return a published company with two backups, one from before somebody's newest photo."""
    for name in ("Darkroom", "check"):
        monkeypatch.setattr(session, name, getattr(session, name))
    stand_in()
    life = Life(tmp_path)
    life.begin((*REST, GONE))
    for round_ in range(2):
        life.photograph((*REST, GONE), round_)
        assert [step(life, verb, "") for verb in ("refresh", "answer", "publish")] == [0, 0, 0]
        backup.make(life.home, tmp_path / "aside").folder.rename(tmp_path / f"aside/2026010{round_}-000000")
    return life


def _erase(life: Life, *more: str) -> tuple[int, str]:
    words = ["erase", GONE, "--home", str(life.home), "--backups", str(life.root / "aside"), *more]
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.output


def test_older_backups_hold_nothing_of_an_erased_person_and_can_be_put_back(life: Life) -> None:
    """Their pictures are gone from each, the others' are there, the list of files is right, and the log verifies."""
    aside, needles = life.root / "aside", needles_of(life, GONE)
    assert len(in_files(aside, needles)) > 20
    code, said = _erase(life, "--yes")
    assert code == 0, said
    assert said.count("pictures deleted") == 2
    assert in_files(aside, needles) == set()
    for one in all_in(aside):
        assert backup.wrong(one) == []
        again = life.root / f"again-{one.folder.name}"
        backup.restore(one, again)
        assert set(Company(again).book().people) == set(REST)
        with closing(open_register(again)) as register:
            assert verify(register, seal_of(again)).problems == ()
            assert {one.employee for one in register.decisions()} == set(REST)
    code, said = _erase(life)
    assert (code, "pictures deleted" in said) == (0, False), said


def test_one_that_was_interrupted_goes_on_and_a_damaged_one_is_left_alone(life: Life) -> None:
    """A list of files that does not fit any more is taken for a broken disk, unless we were at it."""
    first, second = all_in(life.root / "aside")

    def stop(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erase_in(first, GONE, stop)
    assert backup.wrong(backup.read(first.folder))
    done = erase_in(backup.read(first.folder), GONE, redraw)
    assert done is None or done.left == ()
    (second.folder / "runs" / "odd.txt").write_text("x")
    table = next(second.folder.glob("runs/*/employees.parquet"))
    table.write_bytes(b"damaged")
    before = sorted(second.folder.rglob("*"))
    with pytest.raises(ConfigError, match="damaged"):
        erase_in(backup.read(second.folder), GONE, redraw)
    assert sorted(second.folder.rglob("*")) == before


def test_a_dry_run_and_a_folder_without_backups_change_nothing(life: Life) -> None:
    """They are counted, or it is said that there are none."""
    code, said = _erase(life, "--dry-run")
    assert (code, "2 backups in" in said) == (0, True), said
    with pytest.raises(ConfigError, match="no backup is in it"):
        all_in(life.out)
