"""An erasure that cannot begin deletes nothing, and one that is stopped anywhere is ended by erasing again."""

import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import polars as pl
import pytest
from typer.testing import CliRunner

from catchlight import erasure, ledger, scrubbing, unfinished, unwriting
from catchlight.desk import open_register
from catchlight.records import Answer, Decision, Employee, Receipt
from catchlight.register import now
from catchlight.review_records import Upload
from catchlight.tombstones import folders
from catchlight.vault import Vault
from flows import erasing
from flows.burying import bury_alone
from flows.commands.people import app
from tests.test_erasing_everywhere import in_files

GONE, STAYS, EMAIL, NAME = "E10001", "E10002", "anna.berg@example.com", "Anna Berg"
RUN = "runs/20260101-000000"


def _erase(home: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["erase", GONE, "--home", str(home), "--yes"])
    return done.exit_code, done.output


def test_whoever_cannot_be_noted_as_erased_is_not_erased(tmp_path: Path) -> None:
    """Without the list they would come back with the next one, and their refusal would be forgotten."""
    home = tmp_path / "home"
    home.mkdir()
    with closing(open_register(home)) as register:
        register.decide([Decision(GONE, "p1", Answer.REFUSE, GONE, now())])
        for folder in folders(home):
            folder.write_text("in the way of a folder")
        code, said = _erase(home)
        assert (code, "nothing of them was deleted" in said, "Erased" in said) == (2, True, False), said
        assert [one.answer for one in register.decisions(GONE)] == [Answer.REFUSE]
        for folder in folders(home):
            folder.unlink()
        assert _erase(home)[0] == 0
        assert register.decisions(GONE) == []


def _draw(folder: Path) -> None:
    """Draw a sheet of whom a run's table names."""
    named = pl.read_parquet(folder / "employees.parquet")
    (folder / erasure.SHEET).write_text(f"<html>{named.to_dicts()}</html>")


@pytest.fixture
def lived(tmp_path: Path) -> tuple[Path, set[str]]:
    """Return a home folder in which each place knows something that no other does, and all that tells of the person."""
    home = tmp_path / "lived"
    (home / RUN).mkdir(parents=True)
    (home / "logs").mkdir()
    (home / "sources").mkdir()
    people = [Employee(GONE, display_name=NAME, email=EMAIL), Employee(STAYS, display_name="Bo Lund")]
    ledger.write(home / RUN / "employees.parquet", ledger.table(Employee, people))
    (home / RUN / "run.json").write_text(json.dumps({"findings": [f"two of {EMAIL}"]}))
    (home / RUN / "wall.csv").write_text(f"name\n{NAME}\nBo Lund\n")
    (home / "logs/a.log").write_text(f"{NAME} came\nall is well\n")
    _draw(home / RUN)
    with closing(sqlite3.connect(home / "sources/hr.db")) as store, store:
        store.execute("create table people (key text primary key, fields text, digest text)")
        store.execute("insert into people values ('77', ?, '')", (json.dumps({"email": EMAIL}),))
    vault = Vault(home / "vault")
    selfie, old, sent = (
        vault.put(f"\xff\xd8\xff{one}".encode("latin-1")) for one in ("selfie", "old", "ours")
    )
    with closing(open_register(home)) as register:
        register.add([
            Upload(GONE, selfie, "me.jpg", GONE, now()), Decision(STAYS, "p", Answer.HOLD, NAME, now(), side="brand"),
            Receipt("ad", GONE, "guid", sent, old, "done", now()), Receipt("ad", GONE, "guid", sent, old, "restored", now()),
        ])  # fmt: skip
    return home, {GONE, NAME, EMAIL, selfie, old, sent}


STEPS = (
    (erasure, "add_tombstones"), (unfinished, "write_whole"), (unwriting, "unwrite"), (unwriting, "_compact"),
    (scrubbing, "compact"), (Path, "unlink"), (erasure, "_empty_vault"), (scrubbing, "scrub"), (erasing, "redraw"),
)  # fmt: skip


def _stop_at(patch: pytest.MonkeyPatch, moment: int) -> None:
    """Let the erasure be stopped at a moment: before or after something that it does."""
    moments = itertools.count(1)

    def pass_one() -> None:
        if next(moments) == moment:
            raise KeyboardInterrupt

    def stopping(work: Callable[..., Any]) -> Callable[..., Any]:
        def stop(*given: Any, **named: Any) -> Any:
            pass_one()
            found = work(*given, **named)
            pass_one()
            return found

        return stop

    for where, name in STEPS:
        patch.setattr(where, name, stopping(getattr(where, name)))


def _is_stopped(home: Path, moment: int) -> bool:
    with pytest.MonkeyPatch.context() as patch, closing(open_register(home)) as register:
        _stop_at(patch, moment)
        try:
            done = erasure.erase(home, register, GONE, erasing.redraw)
        except KeyboardInterrupt:
            return True
    assert done.left == ()
    return False


def test_stopped_at_any_moment_it_is_ended_by_erasing_again_or_by_the_next_refresh(
    lived: tuple[Path, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever told of the person first went: the rest is found, and everybody else keeps their sheet."""
    begun, needles = lived
    monkeypatch.setattr(erasing, "redraw", _draw)
    assert len(in_files(begun, needles)) > 8
    for moment in itertools.count(1):
        home = begun.with_name(f"{moment}")
        shutil.copytree(begun, home)
        stopped = _is_stopped(home, moment)
        if stopped and moment % 2:
            assert _erase(home) == (0, ANY), moment
        elif stopped:
            bury_alone(home)
        assert in_files(home, needles) == set(), moment
        assert STAYS in (home / RUN / erasure.SHEET).read_text(), moment
        assert (home / "logs/a.log").read_text().endswith("all is well\n")
        if not stopped:
            break
    assert moment > 30
