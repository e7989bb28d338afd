"""A no to being processed that HR wrote down counts wherever one on the person's own page does."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import publishing
from catchlight.bulk_approval import approve_all, batches
from catchlight.closing import close
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.permission import read_permissions
from catchlight.policy import Policy, Rule, load_policy
from catchlight.promises import EDIT
from catchlight.publish_planning import draw
from catchlight.records import Answer, Employee, Rung
from catchlight.rollback import rollback
from catchlight.shown_why import against
from catchlight.standings import Standings
from catchlight.withdrawals import put_back, withdrawn
from flows.commands import review
from flows.commands.people import app
from flows.correspondence import Order, invite, remind
from tests.letter_company import LetterCompany, post_office
from tests.letter_company import make_company as letter_company
from tests.mail_server import Mailbox
from tests.published_company import Company, make_company, portrait
from tests.review_company import ORIGIN, ReviewCompany, form_of, make_review_company, plain, signed_in

SIZES = ("96",)
SILENCE = '[[silence]]\nentities = ["Example Ltd"]\nbasis = "works agreement 12"\nrungs = ["keep", "crop"]\n'


def writes(home: Path, who: str, said: str = "refused") -> str:
    """Let HR write down what somebody said on paper of being processed; return what the command says."""
    words = ["consent", who, "--home", str(home), "--purpose", "edit", "--said", said, "--not-listed"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company in which a and b approved, had photos of their own, and nobody is published."""
    made = make_company(tmp_path)
    made.had_own("ab")
    made.answer(made.run("r1", {"a": "1", "b": "2"}))
    return made


def planned(company: Company) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """Return who gets a portrait, who does not and why, and who is taken off and why."""
    plan = draw(company.desk(), "latest", SIZES)
    skipped = {one.employee: one.reason for one in plan.skipped}
    return [one.employee for one in plan.people], skipped, {one.employee: one.reason for one in plan.removals}


@pytest.mark.parametrize("word", ["refused", "withdrawn"])
def test_a_yes_of_before_publishes_nothing(company: Company, word: str) -> None:
    """Nobody is planned, and the person's own record says why; a yes on paper later is none to the portrait."""
    writes(company.home, "a", word)
    assert planned(company) == (["b"], {"a": "refuse"}, {})
    with closing(open_register(company.home)) as register:
        assert against(company.home, register, "a")("intranet") == "refused"
        assert against(company.home, register, "b")("intranet") == ""
    writes(company.home, "a", "granted")
    assert planned(company) == (["b"], {"a": "older_picture"}, {})


def test_said_between_plan_and_writing_it_counts(company: Company) -> None:
    """The last question is asked right before each write."""
    desk, plan = company.desk(), draw(company.desk(), "latest", SIZES)
    writes(company.home, "a")
    told = {one.employee: one.sentence for one in publishing.apply(desk, plan)}
    assert told == {"a": "not any more: refused", "b": ""}
    assert company.files()["96/a.jpg"] == portrait("own a", 96, 96)


def test_what_stands_is_put_back(company: Company) -> None:
    """It is a withdrawal like any other: due, proved, and what was there before us comes back."""
    company.publish(sizes=SIZES)
    writes(company.home, "a", "withdrawn")
    desk = company.desk()
    (found,) = withdrawn(desk, 24)
    assert (found.employee, found.reason) == ("a", "refuse")
    assert planned(company)[2] == {"a": "refuse"}
    put_back(desk, found)
    assert company.files()["96/a.jpg"] == portrait("own a", 96, 96)
    assert withdrawn(desk, 24) == []


def test_to_keep_the_old_photo_takes_no_no_back(company: Company) -> None:
    """Whoever says so of a newer portrait had refused all the same: what stands goes."""
    company.publish(sizes=SIZES)
    writes(company.home, "a")
    newer = company.run("r2", {"a": "3", "b": "2"})
    company.answer({"a": newer["a"]}, Answer.KEEP)
    assert [(one.employee, one.reason) for one in withdrawn(company.desk(), 24)] == [("a", "refuse")]
    assert "a" in read_permissions(company.home).barred([Employee("a")])


def test_a_rollback_brings_no_portrait_of_ours_back(company: Company) -> None:
    """It goes to the very beginning for who said no since."""
    company.publish(sizes=SIZES)
    company.answer(company.run("r2", {"a": "3", "b": "4"}))
    first = company.files()
    company.publish(sizes=SIZES)
    writes(company.home, "a")
    rollback(company.desk(), "r2")
    assert company.files() == first | {"96/a.jpg": portrait("own a", 96, 96)}


def test_where_the_law_rules_changing_out_nobody_new_is_published(company: Company) -> None:
    """What stands from before is not anybody's no, and stays; who need not agree is not asked."""
    rule = 'without_country = "DE"\n[jurisdictions.DE]\nedit = "{}"\n'
    company.publish(sizes=SIZES)
    company.answer(company.run("r2", {"a": "3", "b": "4"}))
    for needs, reason in (
        ("never", "edit_never"),
        ("yes", "edit_not_agreed"),
        ("written", "edit_not_written"),
    ):
        (company.home / "trust.toml").write_text(rule.format(needs))
        assert planned(company) == ([], {"a": reason, "b": reason}, {})
        assert withdrawn(company.desk(), 24) == []
    (company.home / "trust.toml").write_text(rule.format("nothing"))
    assert planned(company) == (["a", "b"], {}, {})


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[LetterCompany, Mailbox]]:
    """Return a company whose agreement makes eve's silence a yes, as her letter says, and its mailbox."""
    made = letter_company(tmp_path)
    made.add("eve", entity="Example Ltd")
    made.finish()
    with post_office(made) as box:
        file = made.home / "review.toml"
        file.write_text(file.read_text() + SILENCE)
        invite(made.bureau(), "mail", Order("hr", now=True))
        yield made, box


def test_silence_is_no_yes_of_who_refused(asked: tuple[LetterCompany, Mailbox]) -> None:
    """No answer is given for them once the deadline has passed, and nobody reminds them meanwhile."""
    made, box = asked
    policy = load_policy(made.home)
    made.later(days=365)
    assert len(close(made.home, made.bureau().register, policy, made.now, dry=True).decisions) == 1
    made.later(days=-365)
    writes(made.home, "eve")
    written = len(box.letters)
    for _ in range(20):
        made.later(days=1)
        remind(made.bureau(), Order("hr", now=True))
    assert len(box.letters) == written
    assert close(made.home, made.bureau().register, policy, made.now).decisions == ()


def test_whoever_takes_it_back_is_asked_again(asked: tuple[LetterCompany, Mailbox]) -> None:
    """Also who had said yes before: the letter leaves, once."""
    made, box = asked
    made.later(hours=1)
    made.answer("eve")
    for word in (Word.REFUSED, Word.GRANTED):
        made.later(hours=1)
        at = made.now.isoformat(timespec="microseconds")
        made.bureau().register.add([Consent("eve", EDIT, word, "hr", at)])
    made.later(hours=1)
    written = len(box.letters)
    for _ in range(2):
        done = invite(made.bureau(), "mail", Order("hr", now=True))
        assert not done.report.dropped
    assert len(box.letters) == written + 1


@pytest.mark.parametrize(("day", "counts"), [("2020-01-01", False), ("2030-01-01", True)])
def test_a_table_counts_after_that_by_its_day(
    company: Company, tmp_path: Path, day: str, *, counts: bool
) -> None:
    """A yes of before the no is none; one of after it is. While the no stands, no day is late enough."""
    table = tmp_path / "answers.csv"
    table.write_text(f"employee,answer,at\na,approve,{day}\n")
    words = ["import", str(table), "--home", str(company.home)]
    CliRunner().invoke(review.app, words)
    writes(company.home, "a")
    assert "a" not in planned(company)[0]
    writes(company.home, "a", "granted")
    CliRunner().invoke(review.app, words)
    assert ("a" in planned(company)[0]) == counts


def test_a_later_no_of_a_table_counts_as_well(company: Company, tmp_path: Path) -> None:
    """Whoever came back on paper and refuses on another is left out."""
    writes(company.home, "a")
    writes(company.home, "a", "granted")
    table = tmp_path / "answers.csv"
    table.write_text("employee,answer\na,refuse\n")
    CliRunner().invoke(review.app, ["import", str(table), "--home", str(company.home)])
    assert "a" in read_permissions(company.home).barred([Employee("a")])


@pytest.fixture
def reviewed(tmp_path: Path) -> ReviewCompany:
    """Return a company with portraits to answer about."""
    return make_review_company(tmp_path)


def test_their_page_says_so_and_their_own_yes_takes_it_back(reviewed: ReviewCompany) -> None:
    """As after a no of the same page: who approves later is taken along again."""
    writes(reviewed.home, "p1")
    browser = signed_in(reviewed.desk(), "p1", "p1")
    told = plain(browser.get("/me").text)
    assert "Your photo is not processed" in told
    assert "wrote this answer down for you" in told
    fields = form_of(browser.get("/me?again=1").text)
    browser.post("/me/answer", data=fields | {"answer": "approve", "read": "on"})
    assert read_permissions(reviewed.home).barred([Employee("p1")]) == {}


def test_nobody_approves_in_bulk_or_passes_on_a_yes(reviewed: ReviewCompany, tmp_path: Path) -> None:
    """Neither HR's batch, drawn before or after, nor a row of a table stands against it."""
    rule = Rule(entities=("",), basis="agreement", rungs=tuple(Rung))
    policy = Policy(url=ORIGIN, company="Example", bulk=(rule,))
    with closing(open_register(reviewed.home)) as register:
        standings = Standings(register, reviewed.desk().company, brand_gate=False)
        (before,) = batches(standings.now(), policy, standings.known)
        assert "p1" in {one.person.id for one in before.portraits}
        writes(reviewed.home, "p1")
        (after,) = batches(standings.now(), policy, standings.known)
        assert "p1" not in {one.person.id for one in after.portraits}
        assert standings.now().people["p1"].answer == Answer.REFUSE
        approve_all(register, before, "hr")
        assert all(one.answer != Answer.APPROVE for one in register.decisions("p1"))
    table = tmp_path / "answers.csv"
    table.write_text("employee,answer\np1,approve\n")
    done = CliRunner().invoke(review.app, ["import", str(table), "--home", str(reviewed.home)])
    assert (done.exit_code, "'p1': approve not taken" in done.output) == (1, True)


def test_nobody_else_sees_the_portrait(reviewed: ReviewCompany) -> None:
    """Pictures of who refused are theirs alone."""
    hr = signed_in(reviewed.desk(), "hr", roles=("hr",))
    picture = reviewed.renders[0].picture
    assert hr.get(f"/picture/{picture}/160").status_code == 200
    writes(reviewed.home, "p1")
    assert hr.get(f"/picture/{picture}/160").status_code == 404


def test_the_command_says_what_it_means(company: Company) -> None:
    """Whoever writes it down reads what becomes of the person's portrait."""
    assert "left out of every refresh" in writes(company.home, "a")
    assert "left out" not in writes(company.home, "a", "granted")
