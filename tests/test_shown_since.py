"""Since when somebody is shown: from the first time on, however often a file is written anew."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from catchlight.journal import State, standing_since
from catchlight.known import known_of
from catchlight.records import Answer, Decision, Receipt
from catchlight.showing import showing_of
from catchlight.showplaces import Showplace, Showplaces, shown_at
from flows.commands.people import app
from tests.published_company import make_company

FIRST, SIGNED, TAKEN_OFF, AGAIN = (
    f"2027-{day}T09:00:00.000000+00:00" for day in ("02-16", "07-12", "08-01", "09-01")
)
YES = [Decision("a", "p", Answer.APPROVE, "a", "2027-02-10")]
INTRANET = Showplaces((Showplace("intranet", "folder", "intranet"),))


def written(at: str, sent: str, replaced: str, state: str = State.DONE) -> Receipt:
    """Return a file of theirs as it was written then."""
    return Receipt("folder", "a", "96/a.jpg", sent, replaced, state, at)


WRITTEN_ANEW = [written(FIRST, "plain", ""), written(SIGNED, "signed", "plain")]


def test_a_file_that_is_written_anew_is_no_new_beginning() -> None:
    """On the page, of each place, and in what is known of them."""
    assert showing_of(YES, WRITTEN_ANEW).since == FIRST
    assert [one.since for one in shown_at(INTRANET, (), WRITTEN_ANEW)] == [FIRST]
    assert [(one.at, one.sent) for one in standing_since(WRITTEN_ANEW)] == [(FIRST, "signed")]


def test_what_was_taken_off_and_comes_again_begins_again() -> None:
    """Nothing of theirs stood there meanwhile."""
    off = [written(TAKEN_OFF, one.sent, one.replaced, State.RESTORED) for one in WRITTEN_ANEW]
    assert showing_of(YES, [*WRITTEN_ANEW, *off, written(AGAIN, "signed", "")]).since == AGAIN


def test_people_show_says_since_when_of_a_company_that_signs_later(tmp_path: Path) -> None:
    """As of the first publication."""
    company = make_company(tmp_path)
    company.answer(company.run("20261101-100000", {"a": "one"}))
    company.publish(sizes=("96",))
    register = company.desk().register
    (row,) = [one for one in register.receipts() if one.state == State.DONE and one.employee]
    later = datetime(2099, 7, 12, tzinfo=UTC).isoformat(timespec="microseconds")
    register.note([replace(row, sent="signed", replaced=row.sent, at=later)])
    assert [one.at for one in known_of(company.home, register, "a").published] == [row.at]
    done = CliRunner().invoke(app, ["show", "a", "--home", str(company.home)])
    assert f"{row.target}, since {row.at[:10]}" in done.output
