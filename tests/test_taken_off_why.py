"""Who is in no run any more has not left for that: a plan says why somebody is taken off as it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import ledger
from catchlight.errors import ConfigError
from catchlight.identities import Ids, Seen, read_ids, write_ids
from catchlight.publish_planning import draw
from catchlight.records import Employee
from flows.commands.publish import app
from tests.published_company import Company, apply, make_company, portrait
from tests.test_publishing_removals import SIZES, of_everyone, off

OLD = portrait("own a", 96, 96)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company in which a and b are published, the list has both, and the newest run does not have a."""
    made = make_company(tmp_path)
    (made.out / "96").mkdir()
    (made.out / "96/a.jpg").write_bytes(OLD)
    made.answer(made.run("r1", {"a": "1", "b": "2"}))
    made.publish(sizes=SIZES)
    made.run("r2", {"b": "2"})
    of_everyone(made, "r2")
    (made.home / "sources").mkdir(exist_ok=True)
    write_ids(made.home, Ids({"a": Seen("list a", "A"), "b": Seen("list b", "B")}))
    return made


def notes(company: Company, **what: str) -> None:
    """Let the list of ids say something of a."""
    ids = read_ids(company.home)
    write_ids(company.home, replace(ids, seen={**ids.seen, "a": replace(ids.seen["a"], **what)}))


def told(company: Company) -> str:
    """Return what the command says of the plan."""
    words = ["plan", "--home", str(company.home), "--to", str(company.out), "--sizes", "96"]
    return " ".join(CliRunner().invoke(app, words).output.split())


def test_who_is_outside_the_people_of_the_job_has_not_left(company: Company) -> None:
    """What was there before us is theirs, and comes back."""
    notes(company, outside="2026-01-01")
    assert off(company.desk()) == {"a": "outside"}
    assert "taken off, outside of the people that the job is about: 1 (a)" in told(company)
    apply(company.desk(), draw(company.desk(), "r2", SIZES))
    assert company.files()["96/a.jpg"] == OLD


def test_who_may_not_be_processed_has_not_left(company: Company) -> None:
    """The run left them out for what trust.toml says."""
    (company.home / "trust.toml").write_text('without_country = "DE"\n[jurisdictions.DE]\nedit = "never"\n')
    assert off(company.desk()) == {"a": "edit_never"}
    assert "taken off, trust.toml rules out changing photos of people of their country: 1 (a)" in told(
        company
    )


def test_what_rules_somebody_out_is_told_by_their_own_country(company: Company) -> None:
    """As the last run that had them says it; whoever else is missing is missing for something else."""
    table = company.home / "runs/r1" / ledger.file_name(Employee)
    rows = [Employee("a", country="DE"), Employee("b", country="FR")]
    ledger.write(table, ledger.table(Employee, rows))
    company.run("r3", {"c": "3"})
    of_everyone(company, "r3")
    newer = company.home / "runs/r2" / ledger.file_name(Employee)
    ledger.write(newer, ledger.table(Employee, rows[1:]))
    (company.home / "trust.toml").write_text('[jurisdictions.DE]\nedit = "never"\n')
    assert off(company.desk()) == {"a": "edit_never", "b": "missing"}


def test_who_left_has_left(company: Company) -> None:
    """By the list, whatever it said of them before; nothing comes back for them."""
    notes(company, outside="2026-01-01", gone="2026-02-01")
    assert off(company.desk()) == {"a": "left"}
    apply(company.desk(), draw(company.desk(), "r2", SIZES))
    assert "96/a.jpg" not in company.files()


def test_who_waits_for_a_word_about_their_id_has_not_left(company: Company) -> None:
    """Whose account or file it is, nobody knows, so nothing is put back."""
    assert off(company.desk()) == {"a": "missing"}
    assert (
        "taken off, the list has them, and this run does not, as where an id waits for catchlight people confirm: 1 (a)"
        in told(company)
    )


def test_most_removed_counts_all_who_are_not_in_the_run(company: Company) -> None:
    """A choice of people that is far too narrow stops as a source does that lost them."""
    people = {f"p{number:02}": str(number) for number in range(30)}
    company.answer(company.run("r3", people))
    company.publish(sizes=SIZES)
    write_ids(company.home, Ids({id_: Seen(id_, id_, outside="2026-01-01") for id_ in people}))
    company.run("r4", dict(list(people.items())[:15]))
    (company.home / "ledger/r4").mkdir(parents=True)
    (company.home / "ledger/r4/plan.json").write_text(json.dumps({"job": {}}))
    with pytest.raises(ConfigError, match="most_removed"):
        apply(company.desk(), draw(company.desk(), "r4", SIZES))
