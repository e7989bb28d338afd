"""The company's pages: who may open what, counts that watch nobody, the queue and the decision log."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest

from catchlight.company import Person
from catchlight.progress_counts import groups, progress
from catchlight.records import Answer, Decision, Employee, Outcome, Receipt
from catchlight.register import now
from catchlight.review_records import Notice
from catchlight.runs import Portrait
from catchlight.standings import standing_of
from reports.review.desk import ReviewDesk
from reports.review.people_rights import RIGHTS, Right
from tests.review_company import ReviewCompany, client, signed_in, token_of
from tests.sheet_company import HOSTILE
from tests.staffed_company import GATED, brand_says, picture, say, staff, staffed_company

ROLES = ("employee", "reviewer", "brand", "hr", "auditor")
MAY = {
    ("GET", "/people"): {"reviewer", "brand", "hr", "auditor"},
    ("GET", "/people/queue"): {"reviewer", "brand", "hr"},
    ("GET", "/people/portrait/PICTURE"): {"reviewer", "brand"},
    ("GET", "/people/bulk"): {"hr"},
    ("GET", "/people/delegations"): {"hr"},
    ("GET", "/people/log"): {"auditor"},
    ("GET", "/people/log.csv"): {"auditor"},
    ("GET", "/picture/PICTURE/320"): {"reviewer", "brand", "hr"},
    ("hold", "/people/portrait/PICTURE"): {"reviewer", "brand"},
    ("approve", "/people/portrait/PICTURE"): {"brand"},
    ("POST", "/people/bulk"): {"hr"},
    ("POST", "/people/delegations"): {"hr"},
    ("POST", "/people/delegations/end"): {"hr"},
}


@pytest.fixture
def company(tmp_path: Path) -> ReviewCompany:
    """Return a company with every outcome and hostile names."""
    return staffed_company(tmp_path)


@pytest.fixture
def desk(company: ReviewCompany) -> ReviewDesk:
    """Return its desk, with a brand's gate and an agreement on bulk approval."""
    return company.desk(GATED)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", MAY)
def test_each_role_may_do_exactly_this(desk: ReviewDesk, role: str, page: tuple[str, str]) -> None:
    """Cell by cell: a page opens or is refused, and what is refused changes nothing."""
    say(desk, "p2")
    method, path = page[0], page[1].replace("PICTURE", picture(desk, "p2"))
    browser = staff(desk, role, "p1")
    if method == "GET":
        status = browser.get(path).status_code
        assert status in ({200, 303} if role in MAY[page] else {403, 404})
        return
    token = token_of(browser.get("/me").text)
    form = {"token": token, "answer": method, "comment": "why", "picture": picture(desk, "p2"), "seen": ""}
    before = desk.register.decisions()
    status = browser.post(path, data=form).status_code
    assert status in ({303, 422} if role in MAY[page] else {403})
    if role not in MAY[page]:
        assert desk.register.decisions() == before


def test_nobody_signed_in_opens_nothing(desk: ReviewDesk) -> None:
    """Every page asks to sign in first."""
    for method, path in MAY:
        if method == "GET":
            assert client(desk).get(path).status_code == 401


def test_the_table_of_rights_is_what_the_roles_mean() -> None:
    """Only the brand says yes for the brand; whoever sees counts and the log answers nothing."""
    assert [role for role in RIGHTS if Right.GATE in RIGHTS[role]] == ["brand"]
    assert RIGHTS["auditor"] == {Right.OVERVIEW, Right.LOG}
    assert not RIGHTS["employee"]
    assert Right.LOG not in RIGHTS["hr"]
    assert Right.PORTRAIT not in RIGHTS["hr"]


def counted(page: str) -> dict[str, str]:
    """Return the tiles of the overview: label and number."""
    tiles = page.split('<dl class="tiles">')[1].split("</dl>", maxsplit=1)[0].split("<dt>")[1:]
    return {
        tile.split("</dt>")[0]: tile.split("<dd>")[1].split("</dd>")[0].split(">")[-1].split("<")[0].strip()
        or "few"
        for tile in tiles
    }


def test_progress_is_counted(desk: ReviewDesk) -> None:
    """Who said yes waits for the brand; the brand's yes clears, holding back and refusing count as such."""
    for number in range(1, 7):
        say(desk, f"p{number}")
    brand_says(desk, "p1")
    people = desk.company.book().people
    found = progress(
        standing_of(person, desk.register.decisions(id_), brand_gate=True) for id_, person in people.items()
    )
    assert (found.people, found.asked, found.answered) == (len(people), 6, 6)
    assert found.answers == {"approve": 6, "keep": 0, "retry": 0, "upload": 0, "refuse": 0}
    assert {k: v for k, v in found.stages.items() if v} == {
        "waiting": 5, "cleared": 1, "retake": 1, "open": len(people) - 7,
    }  # fmt: skip
    tiles = counted(staff(desk, "hr").get("/people").text)
    assert (tiles["Asked"], tiles["Answered"], tiles["Waiting for the brand"]) == ("6", "6", "5")


def test_a_portrait_that_was_published_and_then_refused_counts_as_withdrawn(desk: ReviewDesk) -> None:
    """Published portraits are counted until the person says no."""
    person = desk.company.book().people["p1"]
    at = ["2026-11-24T10:00:00+00:00", "2026-11-24T11:00:00+00:00", "2026-11-24T12:00:00+00:00"]
    yes = Decision("p1", picture(desk, "p1"), Answer.APPROVE, "p1", at[0])
    sent = [Receipt("web", "p1", "p1.jpg", "s", "", "done", at[1])]
    published = standing_of(person, [yes], sent)
    assert (published.stage, published.withdrawn) == ("published", False)
    no = Decision("p1", picture(desk, "p1"), Answer.REFUSE, "p1", at[2])
    refused = standing_of(person, [yes, no], sent)
    assert (refused.stage, refused.withdrawn) == ("stopped", True)


def test_small_numbers_are_not_shown(desk: ReviewDesk) -> None:
    """From one to four people, the overview says only that they are fewer than five."""
    for number in range(1, 7):
        say(desk, f"p{number}", Answer.REFUSE if number == 1 else Answer.APPROVE)
    page = staff(desk, "hr").get("/people").text
    line = page.split("Do not process my photo")[1].split("</li>")[0]
    assert "fewer than 5" in line
    assert "% of" not in line
    assert 'class="part"' not in line
    assert ">1<" not in line


def test_groups_under_five_are_taken_together() -> None:
    """A small entity is joined with others, and no rest of a sum gives it away."""

    def people(**sizes: int) -> list[tuple[str, int]]:
        standings = [
            standing_of(Person(Portrait(Employee(f"{name}{n}", entity=name), None, None)), [])
            for name, size in sizes.items()
            for n in range(size)
        ]
        return [(group.name, group.progress.people) for group in groups(standings)]

    assert people(Big=9, Large=7) == [("Big", 9), ("Large", 7)]
    assert people(Big=9, Large=7, Tiny=2, Small=4) == [("Big", 9), ("Large", 7), ("", 6)]
    assert people(Big=9, Large=7, Tiny=2) == [("Big", 9), ("", 9)]
    assert people(Big=9, Tiny=2) == []


def test_the_overview_names_nobody(desk: ReviewDesk) -> None:
    """No name, id, address or time of an answer is on the pages of HR's and the auditor's counts."""
    for number in range(1, 7):
        say(desk, f"p{number}")
    desk.invitations.invite("look", picture(desk, "look"), "hr", 14)
    for role in ("hr", "auditor"):
        page = staff(desk, role).get("/people").text
        assert "Byron" not in page
        assert "@example.com" not in page.replace(f"{role}@example.com", "")
        assert "Look" not in page
        assert "<img" not in page


def test_the_queue_filters_by_address(desk: ReviewDesk) -> None:
    """Outcome, reason, the brand's word and a part of a name; what is unknown is left out."""
    for employee in ("p1", "p2", "p3"):
        say(desk, employee)
    brand_says(desk, "p2", Answer.HOLD, "crop")
    browser = staff(desk, "brand")

    def names(query: str) -> list[str]:
        page = browser.get(f"/people/queue?{query}").text
        return [part.split("</bdi>")[0] for part in page.split("<h2>")[1:]]

    def count(query: str) -> int:
        return len(names(query))

    everybody = len(desk.company.book().people)
    assert count("") == count("outcome=nonsense&brand=open&page=99") == everybody
    assert (count("outcome=accept"), count("outcome=retake")) == (6, 1)
    assert count("reason=matte.high") == 2 + len(HOSTILE)
    assert (count("brand=waiting"), count("brand=held"), count("brand=published")) == (2, 1, 0)
    assert (count("search=ada3"), count("search=%27%22%3Cscript")) == (1, 0)
    assert "Nothing is left to do here." in browser.get("/people/queue?brand=published").text


def test_the_queue_says_nothing_of_who_has_not_answered(desk: ReviewDesk) -> None:
    """A person without an answer, one who keeps and one who wants another try look the same."""
    before = staff(desk, "hr").get("/people/queue?search=byron").text
    say(desk, "p2", Answer.KEEP)
    say(desk, "p3", Answer.RETRY, tags="tighter")
    after = staff(desk, "hr").get("/people/queue?search=byron").text
    cut = '<ul class="grid">'
    assert before.split(cut)[1] == after.split(cut)[1]
    assert "answer" not in after.split("<main")[1].casefold().replace("answering for others", "")


def test_who_refused_is_shown_to_nobody(desk: ReviewDesk) -> None:
    """Their portrait leaves the queue, and its address opens nothing."""
    address = f"/people/portrait/{picture(desk, 'p1')}"
    browser = staff(desk, "brand")
    assert browser.get(address).status_code == 200
    say(desk, "p1", Answer.REFUSE)
    assert browser.get(address).status_code == 404
    assert "Ada1" not in browser.get("/people/queue").text


def test_the_queue_is_paged(tmp_path: Path) -> None:
    """Forty-eight on a page, and a way to the others that keeps the filter."""
    company = ReviewCompany(tmp_path / "home")
    for number in range(50):
        company.add(Employee(f"e{number:02}", display_name=f"Person {number:02}"), Outcome.REVIEW)
    browser = staff(company.finish().desk(), "reviewer")
    first = browser.get("/people/queue?outcome=review").text
    assert first.count('class="portrait opens"') == 48
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert following == "/people/queue?outcome=review&page=2"
    assert browser.get(following).text.count('class="portrait opens"') == 2


@pytest.mark.parametrize("role", ["hr", "brand", "reviewer", "auditor"])
def test_hostile_names_are_only_text(desk: ReviewDesk, role: str) -> None:
    """A name that is a script is shown as it is written, on every page of every role."""
    people = desk.company.book().people
    brand_says(desk, "h1", Answer.HOLD, HOSTILE[0])
    paths = ["/people", "/people/queue", "/people/bulk", "/people/delegations", "/people/log"]
    paths += [f"/people/portrait/{people[f'h{n}'].pictures[0]}" for n in range(len(HOSTILE))]
    for path in paths:
        page = staff(desk, role).get(path).text
        assert "<script>window" not in page
        assert "<svg/onload" not in page
        assert "<img src=x" not in page
        assert "<b>" not in page


def test_the_log_tells_an_auditor_all_but_pictures(desk: ReviewDesk) -> None:
    """When, which picture, which side, what, who, whence and after which notice; the newest first."""
    desk.register.add([Notice("n" * 64, "privacy", "3", "en", "text", now())])
    say(desk, "p1", notice="n" * 64)
    brand_says(desk, "p1")
    page = staff(desk, "auditor").get("/people/log").text
    rows = [row.split("<td ")[1:] for row in page.split("<tbody>")[1].split("<tr>")[1:]]
    cells = [[re.sub(r"^[^>]*>|<[^>]*>", "", cell).strip() for cell in row] for row in rows]
    short = picture(desk, "p1")[:12]
    assert [row[1:] for row in cells] == [
        [short, "the brand", "use this portrait", "brand", "on the page, brand owner", ""],
        [short, "the person", "use this portrait", "p1", "on the page", "privacy 3"],
    ]
    assert "<img" not in page


def test_the_log_speaks_german_where_the_page_does(desk: ReviewDesk) -> None:
    """The way of an answer and the notice have words of their own; the table keeps what was recorded."""
    desk.register.add([Notice("n" * 64, "portrait", "3", "de", "text", now())])
    say(desk, "p1", notice="n" * 64)
    browser = staff(desk, "auditor")
    page = browser.get("/people/log", headers={"accept-language": "de"}).text
    assert "auf der Seite" in page
    assert "zum Porträt 3" in page
    assert '"page","portrait 3"' in browser.get("/people/log.csv").text


def test_the_log_s_table_holds_no_formulas(desk: ReviewDesk) -> None:
    """A spreadsheet takes no cell for a formula, whoever chose that name."""
    say(desk, "p1", by='=HYPERLINK("http://evil.example")', source="+1")
    answer = staff(desk, "auditor").get("/people/log.csv")
    assert "attachment" in answer.headers["content-disposition"]
    table = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["when", "picture", "side", "answer", "by", "source", "notice"]
    assert table[1][4:6] == ['\'=HYPERLINK("http://evil.example")', "'+1"]
    assert table[1][1] == picture(desk, "p1")


def test_somebody_with_two_roles_sees_the_pages_of_both(desk: ReviewDesk) -> None:
    """The way between the pages shows what may be opened, and nothing else."""
    browser = signed_in(desk, "both", "p1", ("employee", "brand", "auditor"))
    page = browser.get("/people").text
    links = [
        part.split('"')[1] for part in page.split('<ul class="tabs">')[1].split("</ul>")[0].split("<a ")[1:]
    ]
    assert links == ["/people", "/people/queue?brand=waiting", "/people/log", "/me"]
    assert staff(desk, "reviewer").get("/people").headers["location"] == "/people/queue"


def test_what_changed_in_the_register_shows_at_once(desk: ReviewDesk) -> None:
    """What is kept between pages follows every new row and every new run."""
    browser = staff(desk, "brand")
    assert "Ada1" not in browser.get("/people/queue?brand=waiting").text
    say(desk, "p1")
    assert "Ada1" in browser.get("/people/queue?brand=waiting").text
    company = ReviewCompany(desk.home)
    company.add(Employee("p1", "Ada1", "Byron"), seed="newer")
    company.finish("20261125-100000")
    assert "Ada1" not in browser.get("/people/queue?brand=waiting").text
    assert "Ada1" in browser.get("/people/queue").text
