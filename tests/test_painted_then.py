"""A yes to paint that is taken back reaches what was painted before: it is published nowhere, and goes where it stands."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from catchlight import ledger
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.painting import GENERATE
from catchlight.publish_planning import draw
from catchlight.records import Rung
from catchlight.register import now
from catchlight.rollback import rollback
from catchlight.runs import Candidate
from catchlight.withdrawals import withdrawn
from tests.published_company import SIZES, Company, apply, make_company, portrait

RUN, NEXT = "20261101-100000", "20261201-100000"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of two who agreed to their portraits, and to paint; ana's is painted."""
    made = make_company(tmp_path)
    pictures = made.run(RUN, {"ana": "a", "bob": "b"}, rungs={"ana": Rung.GENERATE})
    _said(made, Word.GRANTED)
    made.answer(pictures)
    return made


def _said(company: Company, word: Word) -> None:
    with closing(open_register(company.home)) as register:
        register.add([Consent(who, GENERATE, word, who, now()) for who in ("ana", "bob")])


def _whose(company: Company) -> set[str]:
    return {Path(file).stem for file in company.files()}


def test_paint_that_was_taken_back_is_not_planned(company: Company) -> None:
    """The plan says why; whoever was not painted is published as they were."""
    _said(company, Word.WITHDRAWN)
    plan = draw(company.desk(), "latest", SIZES)
    assert [person.employee for person in plan.people] == ["bob"]
    (skipped,) = plan.skipped
    assert (skipped.employee, skipped.reason) == ("ana", "unpainted")
    assert "do not agree to that any more" in skipped.sentence


def test_paint_that_was_taken_back_since_the_plan_is_not_sent(company: Company) -> None:
    """The plan is out of date, and names her."""
    plan = draw(company.desk(), "latest", SIZES)
    _said(company, Word.WITHDRAWN)
    with pytest.raises(ConfigError, match="ana: a model painted a part of it"):
        apply(company.desk(), plan)
    assert not company.files()


def test_what_stands_painted_is_due_to_go(company: Company) -> None:
    """Within the time of every withdrawal, and with the next plan; a newer portrait without paint may stand."""
    company.publish()
    assert _whose(company) == {"ana", "bob"}
    _said(company, Word.WITHDRAWN)
    assert [(one.employee, one.reason) for one in withdrawn(company.desk(), 24)] == [("ana", "unpainted")]
    assert [one.employee for one in draw(company.desk(), "latest", SIZES).removals] == ["ana"]
    company.publish()
    assert _whose(company) == {"bob"}
    company.answer(company.run(NEXT, {"ana": "new", "bob": "b"}))
    company.publish()
    assert _whose(company) == {"ana", "bob"}
    assert withdrawn(company.desk(), 24) == []
    assert draw(company.desk(), "latest", SIZES).removals == ()


def _tried(company: Company, run: str, seed: str, rung: Rung) -> str:
    """Let a run know of an earlier try of ana's."""
    home = Home(company.home)
    picture = home.vault.put(portrait(seed))
    rows = [Candidate("ana", "recipe", picture, rung=rung)]
    ledger.write(home.run(run) / ledger.file_name(Candidate), ledger.table(Candidate, rows))
    return picture


@pytest.mark.parametrize(
    ("main", "tried", "due"), [(Rung.CROP, Rung.GENERATE, ["ana"]), (Rung.GENERATE, Rung.CROP, [])]
)
def test_what_counts_is_the_picture_that_stands(
    tmp_path: Path, main: Rung, tried: Rung, due: list[str]
) -> None:
    """Not the run's own portrait, where an earlier try was chosen: a painted one goes, one without paint stays for good."""
    company = make_company(tmp_path)
    company.run(RUN, {"ana": "a"}, rungs={"ana": main})
    company.answer({"ana": _tried(company, RUN, "earlier", tried)})
    _said(company, Word.GRANTED)
    company.publish()
    _said(company, Word.WITHDRAWN)
    assert [one.employee for one in withdrawn(company.desk(), 24)] == due
    assert [one.employee for one in draw(company.desk(), "latest", SIZES).removals] == due


def test_a_later_run_that_carries_it_over_knows_it_as_well(company: Company) -> None:
    """The run that it was published from goes after its term."""
    company.publish()
    company.run(NEXT, {"ana": "a", "bob": "b"}, rungs={"ana": Rung.GENERATE})
    shutil.rmtree(company.home / "runs" / RUN)
    _said(company, Word.WITHDRAWN)
    assert [one.employee for one in withdrawn(company.desk(), 24)] == ["ana"]


def test_one_plan_puts_the_portrait_without_paint_in_its_place(company: Company) -> None:
    """She is not shown nowhere in between."""
    company.publish()
    _said(company, Word.WITHDRAWN)
    company.answer(company.run(NEXT, {"ana": "new", "bob": "b"}))
    plan = draw(company.desk(), "latest", SIZES)
    assert (plan.removals, {person.employee for person in plan.people}) == ((), {"ana", "bob"})
    apply(company.desk(), plan)
    assert withdrawn(company.desk(), 24) == []


def test_a_rollback_brings_no_paint_back_that_was_taken_back(company: Company) -> None:
    """What was there before any of ours comes back instead."""
    company.publish()
    company.answer(company.run(NEXT, {"ana": "new", "bob": "b"}))
    company.publish()
    _said(company, Word.WITHDRAWN)
    found = {result.employee: result.code for result in rollback(company.desk(), NEXT) if result.employee}
    assert found["ana"] == "taken off"
    assert _whose(company) == {"bob"}
