"""What ``people show`` says of where somebody may be shown who is in the newest run no more, and of places that there are not."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.home import write_json
from catchlight.identities import Ids, Seen, write_ids
from catchlight.records import Answer
from catchlight.register import now
from flows.commands.people import app
from tests.published_company import Company, make_company
from tests.test_publishing_removals import SIZES, of_everyone

GOES = "what still stands is taken off by the next publication"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company whose newest run does not have a, who said yes to pages of the company and is published there."""
    made = make_company(tmp_path)
    (made.home / "destinations.toml").write_text(f'[intranet]\nkind = "folder"\nroot = "{made.out}"\n')
    made.answer(made.run("r1", {"a": "1", "b": "2"}))
    _grant(made, "intranet", "external_web")
    made.publish(sizes=SIZES)
    made.run("r2", {"b": "2"})
    of_everyone(made, "r2")
    return made


def _grant(company: Company, *purposes: str) -> None:
    register = open_register(company.home)
    register.add([Consent("a", purpose, Word.GRANTED, "a", now()) for purpose in purposes])
    register.close()


def _told(company: Company, id_: str = "a") -> str:
    shown = CliRunner().invoke(app, ["show", id_, "--home", str(company.home)])
    assert shown.exit_code == 0, shown.output
    return " ".join(shown.output.split())


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Seen("list a", "A", "2026-01-01"), "no longer with the company"),
        (Seen("list a", "A", outside="2026-01-01"), "outside of the people that the job is about"),
    ],
)
def test_who_is_in_the_run_no_more_is_shown_no_longer(company: Company, seen: Seen, why: str) -> None:
    """What stands goes with the next publication, and says so."""
    write_ids(company.home, Ids({"a": seen}))
    assert f"intranet (intranet): no, {why}; {GOES}" in _told(company)
    assert "yes, as they said" not in _told(company)


def test_who_said_no_is_told_as_that(company: Company) -> None:
    """Their own word is why, wherever the list has them."""
    company.answer({"a": ""}, answer=Answer.REFUSE)
    assert "intranet (intranet): no, refused" in _told(company)


def test_a_place_that_there_is_not_is_told(company: Company) -> None:
    """They said yes to public pages, and the company publishes to none."""
    company.answer(company.run("r3", {"a": "1", "b": "2"}))
    said = "yes, as they said"
    told = f"intranet (intranet): {said} external_web: {said}; no place of that kind is set up"
    assert told in _told(company)


def test_who_is_in_no_run_is_told_how_that_may_be(company: Company) -> None:
    """As where somebody came back with an id that was theirs, whose runs are deleted by now."""
    write_ids(company.home, Ids({"c": Seen("list c", "C")}))
    register = open_register(company.home)
    register.add([Consent("c", "intranet", Word.GRANTED, "c", now())])
    register.close()
    told = _told(company, "c")
    assert (
        "intranet (intranet): no, the list has them, and this run does not, as where an id waits for catchlight"
        in told
    )
    assert "the run made no portrait" not in told


def test_whom_the_list_of_ids_has_forgotten_has_left_or_waits(company: Company) -> None:
    """Long after they left their answers alone are kept; where somebody has that id again, the run asks whose it is."""
    write_ids(company.home, Ids({"b": Seen("list b", "B")}))
    register = open_register(company.home)
    register.add([Consent("c", "intranet", Word.GRANTED, "c", now())])
    register.close()
    assert "intranet (intranet): no, no longer with the company" in _told(company, "c")
    asks = "id c has answers of somebody who left. The same person? catchlight people confirm c --same."
    plan = {"job": {}, "findings": [{"kind": "id_to_confirm", "sentence": asks}]}
    write_json(company.home / "ledger/r2/plan.json", plan)
    assert "as where an id waits for catchlight people confirm" in _told(company, "c")
