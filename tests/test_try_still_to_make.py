"""Nobody is written to that another try changes nothing before a run has made it."""

from pathlib import Path

from catchlight.asking import Question
from catchlight.desk import open_register
from catchlight.home import Home, write_json
from catchlight.records import Answer, Decision
from catchlight.wish import Wish
from tests.letter_company import LetterCompany, make_company


def question(company: LetterCompany) -> Question | None:
    """Return what ann is asked now."""
    bureau = company.bureau()
    return bureau.case(bureau.records(), "ann").question()


def retried(tmp_path: Path) -> LetterCompany:
    """Return a company where ann asked for a try of her portrait, and a later run shows the same one."""
    company = make_company(tmp_path, "ann")
    company.write_policy()
    picture = company.people["ann"][1].picture
    at = company.now.isoformat(timespec="microseconds")
    open_register(company.home).decide(
        [Decision("ann", picture, Answer.RETRY, "ann", at, tags="softer_light")]
    )
    company.later(hours=1)
    return company.finish("r2")


def test_a_run_of_others_is_no_try(tmp_path: Path) -> None:
    """It carried her over, since her photo has to be fetched first, say."""
    assert question(retried(tmp_path)) is None


def test_a_try_that_was_made_and_changed_nothing_is_told(tmp_path: Path) -> None:
    """The run was made with her wish."""
    company = retried(tmp_path)
    plan = {"job": {}, "wishes": {"ann": Wish(softer=1).plain()}}
    write_json(Home(company.home).ledger("r2") / "plan.json", plan)
    assert question(company) == Question.UNCHANGED
