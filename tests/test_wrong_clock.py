"""A clock that ran ahead and was put right: what somebody says later holds all the same, from that moment on."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catchlight.choosing import Choices, choose
from catchlight.consents import DECLINED, PAGE, Consent, Word, against, last_words
from catchlight.desk import open_register
from catchlight.in_order import in_order
from catchlight.journal import State
from catchlight.known import known_of
from catchlight.own_word import heard
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Receipt, Side
from catchlight.register import Register, now
from catchlight.review_records import Upload
from catchlight.taken_back import taken_back
from catchlight.wishes import asked
from catchlight.withdrawals import withdrawn
from tests.published_company import Company, make_company, portrait

AHEAD, RIGHT, LATER = "2026-03-02T12:00:00+00:00", "2026-03-01T12:40:00+00:00", "2026-03-04T09:00:00+00:00"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with one person's portrait."""
    made = make_company(tmp_path)
    made.run("20260228-100000", {"a": "one"})
    return made


@pytest.fixture
def register(company: Company) -> Iterator[Register]:
    """Return its register."""
    with closing(open_register(company.home)) as found:
        yield found


def said(company: Company, answer: str, at: str, source: str = PAGE) -> Decision:
    """Return an answer of the person about their portrait."""
    picture = company.run("20260228-100000", {"a": "one"})["a"]
    return Decision("a", picture, answer, "a", at, source=source)


@pytest.mark.parametrize("answer", [Answer.KEEP, Answer.REFUSE, Answer.RETRY])
def test_a_later_answer_holds_though_its_moment_is_an_earlier_one(
    company: Company, register: Register, answer: str
) -> None:
    """Nobody is planned against it, and a yes of after that is one again; what is listed last is what holds."""
    register.add([said(company, Answer.APPROVE, AHEAD), said(company, answer, RIGHT)])
    assert [one.answer for one in register.decisions("a")] == [Answer.APPROVE, answer]
    assert not draw(company.desk(), "latest", ("96",)).people
    assert known_of(company.home, register, "a").answers[-1].answer == answer
    register.add([said(company, Answer.APPROVE, LATER)])
    assert draw(company.desk(), "latest", ("96",)).people


def test_a_place_that_is_unticked_stays_off(register: Register) -> None:
    """The page says that it was taken, and the day on which the clock said tomorrow changes nothing."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="microseconds")
    register.add([Consent("a", "chat", Word.GRANTED, "a", tomorrow, source=PAGE)])
    saved = choose(register, Choices({"chat": False}), "a", "a")
    assert ([one.word for one in saved.added], saved.holds) == ([Word.WITHDRAWN], True)
    rows = register.rows(Consent)
    assert against(rows, "chat") == DECLINED
    assert last_words(rows)["chat"].at < now()


@pytest.mark.parametrize("answer", [Answer.KEEP, Answer.REFUSE])
@pytest.mark.parametrize(
    ("yes", "published"), [(AHEAD, AHEAD), (AHEAD, RIGHT), (RIGHT, AHEAD)], ids=["both", "yes", "publication"]
)
def test_what_was_published_meanwhile_is_taken_back(
    company: Company, register: Register, answer: str, yes: str, published: str
) -> None:
    """Whichever of the two the clock was wrong for; it is due a day after they said so."""
    no = "2026-03-01T13:00:00+00:00"
    place = company.desk().place.name
    sent = company.desk().vault.put(b"a portrait")
    register.add([said(company, Answer.APPROVE, yes)])
    register.add([Receipt(place, "a", "a.jpg", sent, "", State.DONE, published, "20260228-100000")])
    register.add([said(company, answer, no)])
    (company.out / "a").touch()
    assert taken_back(register.decisions("a"), published) == answer
    (found,) = withdrawn(company.desk(), 24)
    assert (found.said[:16], found.due[:16]) == ("2026-03-01T13:00", "2026-03-02T13:00")


def test_the_photo_that_was_sent_last_is_the_newest(company: Company, register: Register) -> None:
    """Whatever the clock said when the one before came."""
    for seed, at in (("first", AHEAD), ("second", RIGHT)):
        photo = company.desk().vault.put(portrait(seed))
        register.add([Decision("a", "", Answer.UPLOAD, "a", at), Upload("a", photo, f"{seed}.jpg", "a", at)])
    assert asked(company.home, ["a"]).uploads["a"].file == "second.jpg"


def test_what_a_file_brings_later_counts_as_of_its_own_day(company: Company) -> None:
    """An imported yes of before a no does not undo it, and what was written down before it keeps its day."""
    rows = [said(company, Answer.KEEP, LATER), said(company, Answer.APPROVE, RIGHT, "import:list.csv")]
    assert in_order(rows) == [rows[1], rows[0]]


def test_nobody_is_ordered_by_what_another_said(company: Company) -> None:
    """Each person's rows are looked at for themselves."""
    rows = [said(company, Answer.KEEP, AHEAD), Decision("b", "", Answer.KEEP, "b", RIGHT, source=PAGE)]
    assert in_order(rows) == [rows[1], rows[0]]


def test_a_row_of_the_brand_moves_nothing_that_the_person_said(company: Company) -> None:
    """The clock of the machine at which it was written may be behind; the refusal stays the last word."""
    rows = [
        said(company, Answer.APPROVE, RIGHT),
        said(company, Answer.REFUSE, LATER),
        replace(said(company, Answer.APPROVE, "2026-02-01T09:00:00+00:00"), by="brand", side=Side.BRAND),
        said(company, Answer.APPROVE, AHEAD, "own:code"),
    ]
    assert [one.at for one in heard(rows) if one.side == Side.EMPLOYEE] == [RIGHT, AHEAD, LATER]


@pytest.mark.parametrize("source", ["own:code", "import:list.csv", "signed:sheet"])
def test_a_yes_of_a_file_passes_no_later_no(company: Company, source: str) -> None:
    """Though the person's next row has a moment long before, and takes the refusal back to that."""
    rows = [
        said(company, Answer.REFUSE, LATER),
        said(company, Answer.RETRY, RIGHT),
        said(company, Answer.APPROVE, AHEAD, source),
    ]
    assert [one.answer for one in in_order(rows)] == [Answer.APPROVE, Answer.REFUSE, Answer.RETRY]
    no = Consent("a", "chat", Word.WITHDRAWN, "a", LATER, source=PAGE)
    words = [
        no,
        replace(no, purpose="web", at=RIGHT),
        replace(no, word=Word.GRANTED, at=AHEAD, source=source),
    ]
    assert against(words, "chat") == DECLINED
    assert not against([*words, replace(words[2], at="2026-03-05")], "chat") or source.startswith("import:")
