"""The day that HR chooses is the day that people have: to its end, where they work, in letters, pages and rules."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from catchlight import progress_counts
from catchlight.closing import close
from catchlight.days import end_of, last_day
from catchlight.errors import ConfigError
from catchlight.extending import extend
from catchlight.invitations import Invitations, Link
from catchlight.policy import Asking, load_policy
from catchlight.review_records import Invitation
from flows.asking import ask, check_day, day_in
from flows.correspondence import Order, remind
from reports.review.words import Words
from tests.letter_company import LetterCompany, make_company, post_office
from tests.mail_server import Mailbox
from tests.review_company import signed_in
from tests.review_stands import ME, one_person, opened, policy
from tests.staffed_company import staff

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 24)


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company in Berlin whose run ended at half past one at night; Ann reads English, Bob German."""
    made = make_company(tmp_path, "ann")
    made.add("bob", language="de")
    made.now = datetime(2026, 11, 10, 0, 30, tzinfo=UTC)
    return made.finish()


@pytest.fixture
def box(company: LetterCompany) -> Iterator[Mailbox]:
    """Return the company's mailbox."""
    with post_office(company) as box:
        yield box


def _asked(company: LetterCompany, day: date) -> set[datetime]:
    """Ask everybody to answer by a day; return until when they have time."""
    ask(company.home, day, clock=company.clock)
    return {datetime.fromisoformat(one.deadline) for one in company.bureau().register.rows(Invitation)}


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize(
    ("day", "ended"),
    [
        (DAY, datetime(2026, 11, 10, 1, 30, tzinfo=BERLIN)),  # of a run that began the evening before
        (DAY, datetime(2026, 11, 9, 6, 12, tzinfo=BERLIN)),
        (date(2026, 10, 30), datetime(2026, 10, 20, 0, 10, tzinfo=BERLIN)),  # the clock changes between
        (DAY, datetime(2026, 11, 24, 1, 30, tzinfo=BERLIN)),  # of a run that took longer than was thought
    ],
)
def test_whenever_the_run_ends_people_have_the_whole_day(
    company: LetterCompany, day: date, ended: datetime
) -> None:
    """They have until midnight after it, in the company's clock, and not a minute of the next day."""
    company.now = ended.astimezone(UTC)
    (until,) = _asked(company, day)
    assert until.astimezone(BERLIN) == datetime(day.year, day.month, day.day, tzinfo=BERLIN) + timedelta(
        days=1
    )


@pytest.mark.usefixtures("box")
def test_a_day_that_was_over_when_the_run_ended_is_told(company: LetterCompany) -> None:
    """Nobody gets a link that is dead already."""
    company.now = end_of(DAY, BERLIN)
    with pytest.raises(ConfigError, match="was over before the refresh ended"):
        ask(company.home, DAY, clock=company.clock)
    assert company.letters() == []


def test_letters_name_that_day_in_both_languages(company: LetterCompany, box: Mailbox) -> None:
    """Not the next one at 00:00."""
    _asked(company, DAY)
    company.later(hours=9)
    remind(company.bureau(), Order("hr"))
    said = {
        to: " ".join(letter.get_content().split()) for to, letter in zip(box.to, box.letters, strict=True)
    }
    assert "You have until the end of Tuesday, 24 November 2026 (Europe/Berlin)." in said["ann@example.com"]
    assert (
        "Sie haben Zeit bis Dienstag, 24. November 2026, 24 Uhr (Europe/Berlin)." in said["bob@example.com"]
    )


@pytest.mark.usefixtures("box")
def test_links_and_silence_know_that_midnight(company: LetterCompany) -> None:
    """A minute before it a link opens and nobody is silent; at midnight all who gave no answer are."""
    _asked(company, DAY)
    company.later(hours=9)
    remind(company.bureau(), Order("hr"))
    register, rules = company.bureau().register, load_policy(company.home)
    links, asked = Invitations(register, company.home, company.clock), register.rows(Invitation)

    def found() -> tuple[Link, int]:
        opened_ = links.open(links.token(asked[0]), lambda id_: (company.people[id_][1].picture,))
        return opened_.worth, close(company.home, register, rules, company.now, dry=True).others

    company.now = end_of(DAY, BERLIN) - timedelta(minutes=1)
    assert found() == (Link.GOOD, 0)
    company.later(minutes=1)
    assert found() == (Link.EXPIRED, 2)


@pytest.mark.usefixtures("box")
def test_days_more_end_at_midnight_too(company: LetterCompany) -> None:
    """Also where the clock changes between: a week more is the same day of the next week."""
    company.now = datetime(2026, 10, 12, 8, tzinfo=UTC)
    _asked(company, date(2026, 10, 20))
    pictures = {id_: rows[1].picture for id_, rows in company.people.items()}
    found = extend(company.bureau().register, pictures, 7, "hr", company.now.astimezone(BERLIN))
    assert {datetime.fromisoformat(row.until) for row in found.values()} == {
        end_of(date(2026, 10, 27), BERLIN)
    }
    assert all(row.until.endswith("+00:00") and row.at.endswith("+00:00") for row in found.values())


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"])
def test_pages_show_that_day_wherever_the_company_is(zone: str, tmp_path: Path) -> None:
    """The person's own page and HR's, in both languages."""
    desk = opened(one_person(tmp_path), policy(asking=Asking(timezone=zone)))
    until = end_of(date(2040, 11, 24), ZoneInfo(zone)).isoformat()
    picture = desk.company.book().people[ME.id].pictures[0]
    desk.register.add([Invitation("i", ME.id, picture, "hr", "2026-11-01T00:00:00+00:00", until, until)])
    for browser, path in ((signed_in(desk, ME.id, ME.id), "/me"), (staff(desk, "hr"), "/people")):
        pages = [browser.get(path, headers={"accept-language": one}).text for one in ("en", "de")]
        days = [re.findall(r"(\d+\.?)\s(?:November) 2040", page) for page in pages]
        assert [set(found) for found in days] == [{"24"}, {"24."}], path


def test_hr_s_deadlines_count_by_that_day() -> None:
    """Far east and far west of UTC as well; a deadline within a day is that day's."""
    for zone in map(ZoneInfo, ("America/New_York", "UTC", "Pacific/Auckland")):
        ends = [
            end_of(DAY, zone),
            end_of(DAY, zone) - timedelta(hours=3),
            end_of(DAY, zone) + timedelta(seconds=1),
        ]
        rows = [
            Invitation(str(n), str(n), "", "hr", "", end.isoformat(), end.isoformat())
            for n, end in enumerate(ends)
        ]
        assert progress_counts.deadlines(rows, zone) == {"2026-11-24": 2, "2026-11-25": 1}
    assert Words("de", "Pacific/Auckland").date("2026-11-24").startswith("24.")


def test_a_day_ends_where_it_has_no_midnight() -> None:
    """In Beirut the clock goes from 24:00 to 01:00 in March: the day before ends there all the same."""
    beirut = ZoneInfo("Asia/Beirut")
    assert last_day(end_of(date(2026, 3, 28), beirut), beirut) == date(2026, 3, 28)


def test_the_day_is_counted_in_the_companys_days(tmp_path: Path) -> None:
    """Late in the evening in UTC it is tomorrow in Auckland already; a day that has been is refused."""
    now = datetime(2026, 11, 27, 20, tzinfo=UTC)
    assert day_in(4, tmp_path, now) == date(2026, 12, 1)
    check_day(date(2026, 11, 28), tmp_path, now)
    (tmp_path / "review.toml").write_text('[asking]\ntimezone = "Pacific/Auckland"\n', encoding="utf-8")
    assert day_in(3, tmp_path, now) == date(2026, 12, 1)
    for day in (date(2026, 11, 28), date(2027, 11, 29)):
        with pytest.raises(ConfigError, match="ask_until"):
            check_day(day, tmp_path, now)
