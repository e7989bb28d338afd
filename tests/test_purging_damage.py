"""One damaged file stands in the way of what needs it, and of nothing else: the other terms are kept, and it is named."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.review_records import Invitation
from flows import upkeep
from flows.commands.catchlight import app
from flows.purging import purge_home, undone
from tests.ended_runs import finish, in_days
from tests.published_company import Company, make_company, portrait

FIRST, SECOND, THIRD = "20260101-000000", "20260201-000000", "20260301-000000"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company whose first run is past its term, as a log is; bob left before the last one."""
    company = make_company(tmp_path)
    finish(company, FIRST, "ana", "bob", days=-200)
    finish(company, THIRD, "ana", days=-40)
    log = company.home / "logs/old.log"
    log.parent.mkdir()
    log.write_text("x")
    os.utime(log, (1, 1))
    return company


def cut(file: Path) -> None:
    """Leave half of a file."""
    file.write_bytes(file.read_bytes()[:50])


def has_picture(company: Company, id_: str) -> bool:
    """Whether somebody's portrait is there."""
    return any(file.read_bytes() == portrait(id_) for file in (company.home / "vault").glob("??/*"))


def purging(company: Company) -> tuple[int, str]:
    """Run the command."""
    done = CliRunner().invoke(app, ["people", "purge", "--home", str(company.home)])
    return done.exit_code, done.output


def test_a_damaged_table_of_an_old_run_goes_with_it(company: Company) -> None:
    """That night it is named, since nobody knows whom it tells of; the next night bob's picture goes."""
    cut(company.home / "runs" / FIRST / "employees.parquet")
    code, told = purging(company)
    assert code == 1, told
    assert "Not done: leavers, words: " in told
    assert f"{FIRST}/employees.parquet: is damaged" in told
    assert not (company.home / "logs/old.log").exists()
    assert not (company.home / "runs" / FIRST).exists()
    assert has_picture(company, "bob")
    assert purging(company)[0] == 0
    assert not has_picture(company, "bob")


def test_a_half_written_recipe_stops_no_other_term(company: Company) -> None:
    """It is named every night, and the flow fails, until somebody deletes it."""
    recipe = company.home / "ledger/recipes/ab/x.json"
    recipe.parent.mkdir()
    recipe.write_text("{")
    with pytest.raises(ConfigError, match=r"leavers, words: .*x\.json: is damaged"):
        upkeep.purge.fn(company.home)
    assert not (company.home / "logs/old.log").exists()
    assert not (company.home / "runs" / FIRST).exists()
    report = json.loads(next((company.home / "purges").iterdir()).read_bytes())
    assert {one["kind"] for one in report["purged"] if "why" in one} == {"leavers", "words"}
    recipe.unlink()
    assert undone(purge_home(company.home)) == ""
    assert not has_picture(company, "bob")


def test_a_damaged_newest_run_takes_nobody_s_link(company: Company) -> None:
    """Who is here is not known then; what needs to know it waits."""
    register = open_register(company.home)
    asked = Invitation("i", "ana", "", "hr", in_days(-300).isoformat(), in_days(-200).isoformat(), "")
    register.add([asked])
    cut(company.home / "runs" / THIRD / "employees.parquet")
    code, told = purging(company)
    assert code == 1, told
    assert register.rows(Invitation) == [asked]
    assert has_picture(company, "bob")
    assert not (company.home / "logs/old.log").exists()
    register.close()


def test_whoever_a_damaged_run_may_have_had_was_here_until_then(company: Company) -> None:
    """Their term begins with its end, and not with that of an older run that can be read."""
    finish(company, SECOND, "ana", "bob", days=-20)
    finish(company, THIRD, "ana", days=-10)
    cut(company.home / "runs" / SECOND / "employees.parquet")
    (company.home / "trust.toml").write_text("[keep]\nruns = 1000\n")
    done = {one.kind: one for one in purge_home(company.home, dry=True)}
    assert (done["leavers"].count, done["leavers"].why) == (0, "")
    assert {one.kind: one.count for one in purge_home(company.home, dry=True, at=in_days(11))}["leavers"] == 1
