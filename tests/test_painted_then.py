"""A yes to paint that is taken back reaches what was painted before: it is published nowhere, and goes where it stands."""

from contextlib import closing
from pathlib import Path

import pytest

from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.painting import GENERATE
from catchlight.publish_planning import draw
from catchlight.records import Rung
from catchlight.register import now
from catchlight.withdrawals import withdrawn
from tests.published_company import SIZES, Company, apply, make_company

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
