"""What people say of each purpose: what is written down, what holds, and that nothing of it is lost."""

from pathlib import Path

import pytest

from catchlight.choosing import Choices, choose
from catchlight.consents import DECLINED, NOT_AGREED, PAGE, Consent, Word, against, new_words
from catchlight.records import Answer, Decision, Receipt
from catchlight.register import Register, now
from catchlight.showplaces import Showplace, Showplaces, shown_at

ME = "p1"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Return an empty register."""
    return Register(tmp_path / "register.db")


def words(register: Register) -> list[tuple[str, str]]:
    """Return what was written down: purpose and word, in the order added."""
    return [(one.purpose, one.word) for one in register.rows(Consent)]


def test_every_choice_is_written_down_and_only_once(register: Register) -> None:
    """Also what stays on: whoever reads it later sees a yes, and to which notice; the same again adds nothing."""
    said = {"intranet": True, "chat": False}
    for ticket in ("a", "b"):
        assert choose(register, Choices(said, (), "n1", ticket), ME, ME).holds
    assert words(register) == [("intranet", "granted"), ("chat", "refused")]
    assert {one.notice for one in register.rows(Consent)} == {"n1"}
    choose(register, Choices(said, (), "n2", "c"), ME, ME)
    assert words(register)[2:] == [("intranet", "granted")]  # another notice is another yes


def test_minds_can_be_changed_as_often_as_people_like(register: Register) -> None:
    """Rows are only added, the last word holds, and taking a yes back is told apart from never having given one."""
    for on in (False, True, False, True):
        choose(register, Choices({"chat": on}), ME, ME)
    assert [word for _, word in words(register)] == ["refused", "granted", "withdrawn", "granted"]
    assert against(register.rows(Consent), "chat", opt_in=True) == ""


def test_a_yes_to_the_portrait_is_taken_back_where_it_covered_a_place(register: Register) -> None:
    """Where a yes of one's own is needed nothing was given, so nothing is withdrawn."""
    register.decide([Decision(ME, "x", Answer.APPROVE, ME, now())])
    choose(register, Choices({"chat": False, "external_web": False}, ("external_web",)), ME, ME)
    assert words(register) == [("chat", "withdrawn"), ("external_web", "refused")]


def test_a_form_counts_once_and_an_old_one_says_that_it_does_not_hold(register: Register) -> None:
    """Sent again after the person changed their mind elsewhere, it changes nothing."""
    first = Choices({"chat": True}, ticket="a")
    choose(register, first, ME, ME)
    choose(register, Choices({"chat": False}, ticket="b"), ME, ME)
    again = choose(register, first, ME, ME)
    assert (again.added, again.holds) == ((), False)
    assert words(register) == [("chat", "granted"), ("chat", "withdrawn")]


@pytest.mark.parametrize("opt_in", [True, False])
def test_what_was_left_off_stays_off_whatever_the_company_decides_later(
    register: Register, *, opt_in: bool
) -> None:
    """A purpose that no longer needs its own yes does not show those who had left it off; who ticked it stays on."""
    choose(register, Choices({"external_web": False, "chat": True}, ("external_web",)), ME, ME)
    said = register.rows(Consent)
    assert against(said, "external_web", opt_in=opt_in) == DECLINED
    assert against(said, "chat", opt_in=opt_in) == ""
    assert against((), "chat", opt_in=opt_in) == (NOT_AGREED if opt_in else "")


def test_a_paper_form_that_is_typed_in_late_does_not_undo_what_was_said_since() -> None:
    """What holds is what was said last, not what was written down last: the file names the day."""
    newer = Consent(ME, "chat", Word.GRANTED, ME, "2026-05-02T10:00:00+00:00", source=PAGE)
    paper = Consent(ME, "", "", "hr", "2026-05-01T10:00:00+00:00", source="import:paper.csv")
    late = new_words([newer], {"chat": False}, paper)
    assert [one.word for one in late] == ["refused"]
    assert against([newer, *late], "chat", opt_in=False) == ""


PLACES = Showplaces(
    (Showplace("web", "sftp:web", "intranet"), Showplace("slack", "slack:slack", "chat")), ("chat",)
)


def test_people_choose_among_the_places_there_are() -> None:
    """And among those that they spoke of, or are shown at, before: also what is gone from the files can be taken back."""
    assert [(one.purpose, one.on, one.own) for one in shown_at(PLACES, (), ())] == [
        ("intranet", True, False), ("chat", False, True),
    ]  # fmt: skip
    said = [Consent(ME, "hr", Word.GRANTED, ME, now())]
    assert [one.purpose for one in shown_at(PLACES, said, ())] == ["intranet", "chat", "hr"]
    folder = [Receipt("folder:/x", ME, "a.jpg", "x", "", "done", "2026-05-01")]
    assert [(one.purpose, one.since) for one in shown_at(Showplaces(), (), folder)] == [
        ("intranet", "2026-05-01")
    ]
