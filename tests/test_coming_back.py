"""Whoever said that their photo shall not be processed can say otherwise: on their page, by a link they ask for, or on paper."""

import getpass
import re
import shlex
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.answers import OLDER_PICTURE, standing
from catchlight.coming_back import come_back
from catchlight.company import read_book
from catchlight.consents import PAGE, Consent, Word
from catchlight.desk import open_register
from catchlight.invitations import Invitations, Link
from catchlight.own_word import spoken_for
from catchlight.permission import read_permissions
from catchlight.promises import EDIT
from catchlight.records import Answer, Decision, Employee
from catchlight.register import now
from catchlight.runs import run_folder
from catchlight.taken_back import taken_back
from flows.commands.people import app
from flows.commands.review import app as review
from flows.correspondence import Order, remind
from flows.links import link_sender
from reports.review.desk import ReviewDesk
from tests.letter_company import LetterCompany, make_company, post_office
from tests.review_company import ReviewCompany, client, make_review_company, plain, signed_in, token_of

ME = "p1"
_INVITE = ["invite", "--now", "--only"]


def refuses(home: Path, who: str = ME, picture: str = "") -> None:
    """Let somebody refuse, on their own page."""
    with closing(open_register(home)) as register:
        register.add([Decision(who, picture, Answer.REFUSE, who, now(), source=PAGE)])


def is_barred(home: Path, who: str = ME) -> bool:
    """Whether the next refresh leaves somebody out."""
    return who in read_permissions(home).barred([Employee(who)])


def left_out(root: Path) -> ReviewCompany:
    """Make a company that somebody's portrait was made in, who refused, and is not in the run of after."""
    company = make_review_company(root)
    refuses(company.home, picture=company.renders[0].picture)
    company.people, company.renders, company.verdicts = (
        company.people[1:],
        company.renders[1:],
        company.verdicts[1:],
    )
    return company.finish("20271124-100000")


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of that company."""
    return left_out(tmp_path).desk()


def read(desk: ReviewDesk, path: str = "/me", who: str = ME) -> str:
    """Return what somebody reads."""
    return plain(signed_in(desk, who, who).get(path).text)


def press(desk: ReviewDesk, path: str, action: str, **more: str) -> int:
    """Send the form of a page."""
    browser = signed_in(desk, ME, ME)
    page = browser.get(path).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split(action)[1]))
    return browser.post(action, data=fields | {"token": token_of(page)} | more).status_code


def test_their_page_says_that_they_refused_and_takes_it_back(desk: ReviewDesk) -> None:
    """And says what comes of it; before the next run they can say no again. A form counts once."""
    assert "Your photo is not processed" in read(desk)
    assert "There is no portrait of you here yet" not in read(desk)
    assert is_barred(desk.home)
    assert press(desk, "/me", "/me/back") == 303
    assert not is_barred(desk.home)
    assert "You will be taken along again" in read(desk)
    assert "I changed my mind" not in read(desk)
    assert press(desk, "/me/stop", "/me/answer", answer="refuse", sure="yes") == 303
    assert is_barred(desk.home)
    assert "I changed my mind" in read(desk)
    assert [one.answer for one in desk.register.decisions(ME)] == ["refuse", "retry", "refuse"]


def test_the_page_says_who_wrote_it_down_for_them(desk: ReviewDesk) -> None:
    """What HR wrote down after a refusal holds as their word, and is not told as if they had pressed it themselves."""
    done = CliRunner().invoke(
        app, ["consent", ME, "--purpose", "edit", "--said", "granted", "--home", str(desk.home)]
    )
    assert done.exit_code == 0, done.output
    assert not is_barred(desk.home)
    page = read(desk)
    assert "You will be taken along again" in page
    assert f"{getpass.getuser()} wrote this answer down for you." in page
    assert spoken_for(desk.register.decisions(ME)[-1]) == "passed_on"


def test_nobody_else_gets_that_page(desk: ReviewDesk) -> None:
    """Not who never was in a run, and nothing is written down for them, or without having read the notice."""
    assert "There is no portrait of you here yet" in read(desk, who="nobody")
    browser = signed_in(desk, "nobody", "nobody")
    token = token_of(signed_in(desk, ME, ME).get("/me").text)
    assert browser.post("/me/back", data={"token": token}).status_code == 403
    assert press(desk, "/me", "/me/back", notice="0" * 64) == 303
    assert is_barred(desk.home)
    assert not desk.register.decisions("nobody")


def test_what_readmit_names_can_be_pasted(tmp_path: Path) -> None:
    """Whatever the home is called."""
    home = left_out(tmp_path / "Our photos").home
    told = CliRunner().invoke(app, ["readmit", ME, "--home", str(home)]).output
    assert f"--said granted --home {shlex.quote(str(home))}" in " ".join(told.split())


def test_on_paper_by_hr(tmp_path: Path) -> None:
    """The command that writes down what people said says that it took the refusal back; readmit names it."""
    home = left_out(tmp_path).home
    done = CliRunner().invoke(app, ["readmit", ME, "--home", str(home)])
    assert f"people consent {ME} --purpose edit --said granted" in " ".join(done.output.split())
    words = ["consent", ME, "--purpose", "edit", "--home", str(home), "--said"]
    assert CliRunner().invoke(app, [*words, "granted", "--dry-run"]).exit_code == 0
    assert is_barred(home)
    done = CliRunner().invoke(app, [*words, "granted"])
    assert (done.exit_code, "They had refused; that is taken back." in done.output) == (0, True)
    assert not is_barred(home)
    assert "They had refused" not in CliRunner().invoke(app, [*words, "granted"]).output
    CliRunner().invoke(app, [*words, "withdrawn"])
    assert is_barred(home)


def test_a_no_on_paper_is_taken_back_on_their_page(desk: ReviewDesk) -> None:
    """As easily as one of their own."""
    desk.register.add([Decision("gone", "", Answer.APPROVE, "gone", now(), source=PAGE)])
    desk.register.add([Consent("gone", EDIT, Word.WITHDRAWN, "hr", now(), source="people consent")])
    assert "I changed my mind" in read(desk, who="gone")
    assert come_back(desk.register, Decision("gone", "", Answer.RETRY, "gone", now(), source=PAGE))
    assert not is_barred(desk.home, "gone")


def test_what_was_said_before_a_refusal_is_over_and_what_is_published_still_goes() -> None:
    """Even where the very same portrait is made again: it is asked about anew."""
    said = [
        Decision(ME, picture, answer, ME, f"2027-01-0{day}", source=PAGE)
        for day, picture, answer in [(1, "p", "approve"), (3, "p", "refuse"), (5, "", "retry")]
    ]
    assert standing(said, "p") == OLDER_PICTURE
    assert taken_back(said, "2027-01-02") == Answer.REFUSE
    assert standing([*said, Decision(ME, "p", "approve", ME, "2027-01-06")], "p") == Answer.APPROVE


@pytest.fixture
def company(tmp_path: Path) -> LetterCompany:
    """Return a company of two that can be written to."""
    return make_company(tmp_path, "ann", "bob")


def _worth(company: LetterCompany, token: str) -> Link:
    bureau, people = company.bureau(), read_book(run_folder(company.home)).people
    links = Invitations(bureau.register, company.home, company.clock)
    return links.open(token, lambda id_: people[id_].pictures if id_ in people else None).worth


def test_a_link_says_what_is_and_a_new_one_comes_though_no_run_has_them(company: LetterCompany) -> None:
    """The old one is used up by the refusal; the new one opens their page. Back, they are asked as anybody is."""
    bureau = company.bureau()
    links = Invitations(bureau.register, company.home, company.clock)
    old = links.invite("ann", company.people["ann"][1].picture, "hr", 14)
    company.later(hours=1)
    company.answer("ann", Answer.REFUSE)
    ann = company.people.pop("ann")
    company.later(hours=1)
    company.finish("r2")
    assert _worth(company, links.token(old)) == Link.SPENT
    with post_office(company) as box:
        posting = link_sender(company.home, company.clock)(old)
        assert posting
        posting.join(30)
        (letter,) = box.letters
        assert letter["To"] == "ann@example.com"
        assert "holds until you change it" in " ".join(letter.get_content().split())
        fresh = letter.get_content().split("/review/l/")[1].split()[0]
        assert _worth(company, fresh) == Link.GOOD
        assert come_back(bureau.register, Decision("ann", "", Answer.RETRY, "ann", company.now.isoformat()))
        company.later(hours=1)
        company.people["ann"] = ann
        company.finish("r3")
        company.later(hours=1)
        assert remind(company.bureau(), Order("hr")).report.sent == 1
        assert box.letters[-1]["Subject"] == "Your new portrait for Example AG"


@pytest.mark.parametrize("channel", ["mail", "print"])
def test_hr_can_give_them_a_link(company: LetterCompany, channel: str) -> None:
    """By letter or on paper, as anybody; who left is nobody's id."""
    company.answer("ann", Answer.REFUSE)
    for id_ in ("ann", "bob"):
        company.people.pop(id_)
    company.add("cid")
    company.finish("r2")
    with post_office(company) as box:
        done = CliRunner().invoke(review, [*_INVITE, "bob", "--home", str(company.home)])
        assert (done.exit_code, "nobody in run" in done.output) == (2, True)
        words = [*_INVITE, "ann", "--home", str(company.home), "--channel", channel]
        assert CliRunner().invoke(review, words).exit_code == 0
        paper = company.home / "secrets/links.csv"
        told = paper.read_text() if channel == "print" else box.letters[-1].get_content()
    bureau = company.bureau()
    people = read_book(run_folder(company.home)).people
    assert "ann" not in people
    opened = Invitations(bureau.register, company.home).open(
        re.findall(r"/review/l/([\w.-]+)", told)[0], lambda _: None
    )
    assert (opened.worth, opened.invitation and opened.invitation.employee) == (Link.GOOD, "ann")


def test_nobody_who_left_is_written_to(company: LetterCompany) -> None:
    """Who is in no run for another reason gets no letter."""
    links = Invitations(company.bureau().register, company.home, company.clock)
    old = links.invite("ann", company.people["ann"][1].picture, "hr", 14)
    company.people.pop("ann")
    company.now += timedelta(hours=1)
    company.finish("r2")
    with post_office(company) as box:
        assert link_sender(company.home, company.clock)(old) is None
        assert not box.letters


def test_a_used_up_link_still_tells_nothing(desk: ReviewDesk) -> None:
    """It offers a new one, and does not say what the answer was."""
    asked = desk.invitations.invite(ME, "", "hr", 14)
    refuses(desk.home)
    page = client(desk).get("/l/" + desk.invitations.token(asked))
    assert (page.status_code, "Your answer is kept." in page.text, "not processed" in page.text) == (
        410,
        True,
        False,
    )
