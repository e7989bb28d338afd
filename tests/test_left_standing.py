"""Portraits at a place that destinations.toml does not name any more are told, with what takes them off."""

import json
import logging
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.desk import open_register
from catchlight.journal import State
from catchlight.records import Answer, Receipt
from catchlight.register import now
from flows import left_standing, upkeep
from flows.commands.doctor import app as doctor
from flows.commands.publish import app
from tests.published_company import Company, make_company

RUN, LATER = "20261101-100000", "20261102-100000"
PEOPLE = ("a", "b", "c")


def names(company: Company, folder: Path) -> None:
    """Let ``destinations.toml`` name one folder."""
    folder.mkdir(exist_ok=True)
    text = f'[intranet]\nkind = "folder"\nroot = "{folder}"\nsizes = ["96"]\n'
    (company.home / "destinations.toml").write_text(text, "utf-8")


def whole(company: Company, run: str) -> None:
    """Write down that a run was of everybody."""
    plan = company.home / "ledger" / run / "plan.json"
    plan.parent.mkdir(parents=True)
    plan.write_text(json.dumps({"job": {}}), "utf-8")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company that published three people, one of whom left since, at a folder that no table names any more."""
    made = make_company(tmp_path)
    made.answer(made.run(RUN, {id_: id_ for id_ in PEOPLE}))
    made.publish(RUN, ("96",))
    made.run(LATER, {id_: id_ for id_ in PEOPLE[:2]})
    whole(made, LATER)
    names(made, tmp_path / "new")
    return made


def run(company: Company, *words: str) -> str:
    """Run a command of ``publish``, and return what it says."""
    done = CliRunner().invoke(app, [*words, "--home", str(company.home)])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.mark.parametrize("words", [["plan"], ["plan", "--to", "intranet"]])
def test_a_plan_tells_where_it_does_not_look(company: Company, words: list[str]) -> None:
    """How many stand there and how many have to go; the command that is named takes them off, and then nobody has to."""
    said = run(company, *words)
    assert "3 files of 3 people still stand there" in said
    assert "1 of them must not be shown there any more" in said
    assert f"catchlight publish plan --to {company.out}" in said
    assert len(company.files()) == 3
    took_off = run(company, "plan", "--to", str(company.out), "--sizes", "96")
    assert "taken off, no longer with the company: 1 (c)" in took_off
    assert "Not in any plan" not in took_off


def test_doctor_names_it(company: Company) -> None:
    """As a warning with what to do; not where every place is named."""
    said = " ".join(CliRunner().invoke(doctor, ["--home", str(company.home)]).output.split())
    assert f"warn Destinations folder:{company.out}: 3 files of 3 people" in said
    names(company, company.out)
    assert "Destinations" not in CliRunner().invoke(doctor, ["--home", str(company.home)]).output


def test_folders_that_have_no_name_are_told_where_somebody_has_to_go(company: Company) -> None:
    """Each plan is given its folder then; one that is planned as ever is nothing to tell of."""
    (company.home / "destinations.toml").unlink()
    (one,) = left_standing.left_standing(company.home)
    assert (one.files, one.people, one.off) == (3, 3, 1)
    assert "there is no destinations.toml to name it; 1 of them" in one.said
    assert left_standing.left_standing(company.home, RUN) == []
    assert left_standing.left_standing(company.home, but=[f"folder:{company.out}"]) == []


def test_a_table_that_was_removed_is_to_be_named_again(company: Company) -> None:
    """A server is nothing that a command could open by itself; who said no there counts, too."""
    with closing(open_register(company.home)) as register:
        register.add([Receipt("sftp:old", "a", "96/a.jpg", "0" * 64, "", State.DONE, now(), RUN)])
    company.answer({"a": ""}, Answer.REFUSE)
    (_, old) = left_standing.left_standing(company.home)
    assert (old.place, old.people, old.off) == ("sftp:old", 1, 1)
    assert "([old], kind = 'sftp')" in old.remedy
    with closing(open_register(company.home)) as register:
        register.add([Receipt("slack_own_photo:chat", "b", "b", "0" * 64, "", State.DONE, now(), RUN)])
    assert len(left_standing.left_standing(company.home)) == 2


def test_a_folder_that_is_gone_for_good_can_be_settled(company: Company) -> None:
    """What is told to do leaves nobody published there, so that a purge reaches who left."""
    company.answer(company.run("20261103-100000", {"a": "newer", "b": "b"}))
    company.publish("20261103-100000", ("96",))
    shutil.rmtree(company.out)
    (one,) = left_standing.left_standing(company.home)
    assert "gone for good" in one.remedy
    company.out.mkdir()
    (company.out / "any").touch()
    for _ in range(2):  # one publication after the other
        run(company, "rollback", "--to", str(company.out), "--force", "--yes")
    assert left_standing.left_standing(company.home) == []
    shutil.rmtree(company.out)
    assert "Nothing of this is published" in run(company, "rollback", "--yes")
    run(company, "verify")


def test_the_nightly_look_logs_it(
    company: Company, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads a plan there; the log names the place."""
    monkeypatch.setattr(upkeep, "get_run_logger", logging.getLogger)
    upkeep.verify.fn(company.home)
    assert "3 files of 3 people still stand there" in caplog.text
