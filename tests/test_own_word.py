"""What a person said themselves stands above what others say for them, in every list that is imported and every reader."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.consents import PAGE, Consent, Word, against
from catchlight.deciding import Code, decide
from catchlight.desk import open_register
from catchlight.permission import read_permissions
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision
from catchlight.register import Register, now
from catchlight.reviewer_codes import issue_code
from catchlight.standings import Stage
from catchlight.wishes import asked
from flows.commands import review
from reports.review.place import Stand, place_of
from tests.published_company import Company
from tests.review_company import ReviewCompany, make_review_company, plain, signed_in
from tests.signed_company import content, line, make_signed, run, signed


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with one run: 001 and 002 have a portrait."""
    return make_signed(tmp_path)


@pytest.fixture
def register(company: Company) -> Iterator[Register]:
    """Return the company's register."""
    with closing(open_register(company.home)) as found:
        yield found


def says(register: Register, answer: Answer, picture: str, who: str = "001", source: str = PAGE) -> None:
    """Let somebody answer on their own page."""
    register.add([Decision(who, picture, answer, who, now(), source=source)])


def take(company: Company, text: str, name: str = "list.csv", *more: str) -> tuple[int, str]:
    """Import a file; return the exit code and what was said."""
    file = company.home.parent / name
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(review.app, ["import", str(file), "--home", str(company.home), *more])
    return done.exit_code, done.output


def published(company: Company) -> set[str]:
    """Return who would be published."""
    return {one.employee for one in draw(company.desk(), "latest", ("96",)).people}


@pytest.mark.parametrize("own", [Answer.REFUSE, Answer.KEEP, Answer.RETRY])
def test_nobody_elses_list_overrides_what_a_person_said(
    company: Company, register: Register, own: Answer
) -> None:
    """Not from a table and not from a contact sheet; the import says for whom and why, and takes the rest."""
    pictures = run(company)
    says(register, own, pictures["001"])
    code, told = take(company, "employee,answer\n001,approve\n002,approve\n", "list.csv", "--by", "HR")
    assert code == 1
    assert "1 answer taken in, 0 were known already, 1 row refused." in told
    assert f"'001': approve not taken: they said {own} themselves" in told
    sheet = signed(content(line("001", pictures["001"])), issue_code(company.home, "Ada Lovelace"))
    code, told = take(company, sheet, "answers.json")
    assert (code, f"they said {own} themselves" in told) == (1, True)
    assert [one.source for one in register.decisions("001")] == [PAGE]
    assert published(company) == {"002"}


def test_nor_is_a_yes_of_their_own_taken_back_by_a_list(company: Company, register: Register) -> None:
    """It is theirs to take back; what is said of a portrait that they have not seen yet can be written down."""
    says(register, Answer.APPROVE, run(company)["001"])
    assert take(company, "employee,answer\n001,keep\n")[0] == 1
    assert published(company) == {"001"}
    run(company, "r2")
    assert take(company, "employee,answer\n001,approve\n", "later.csv")[0] == 0
    assert published(company) == {"001"}


def test_a_list_that_says_the_same_is_known(company: Company, register: Register) -> None:
    """HR's table of everybody who said yes need not leave out those who said so themselves."""
    says(register, Answer.APPROVE, run(company)["001"])
    code, told = take(company, "employee,answer\n001,approve\n")
    assert (code, "0 answers taken in, 1 was known already, 0 rows" in told) == (0, True)


def test_a_list_may_correct_a_list(company: Company) -> None:
    """Without a server nobody says anything themselves: what HR writes down last counts."""
    assert take(company, "employee,answer\n001,refuse\n", "one.csv")[0] == 0
    assert take(company, "employee,answer\n001,approve\n", "two.csv")[0] == 0
    assert published(company) == {"001"}


def test_what_somebody_signed_about_themselves_is_their_own_word(company: Company) -> None:
    """With a code in their name; about a colleague it is passed on."""
    pictures = run(company)
    text = content(line("001", pictures["001"], "keep"), line("002", pictures["002"]), who="001")
    sheet = signed(text, issue_code(company.home, "001"), "001")
    assert take(company, sheet, "mine.json")[0] == 0
    code, told = take(company, "employee,answer\n001,approve\n002,keep\n", "list.csv")
    assert (code, "they said keep themselves" in told) == (1, True)
    assert published(company) == set()


def test_the_same_file_again_is_known_whatever_the_person_said_since(
    company: Company, register: Register
) -> None:
    """It was taken in before they spoke, and their word holds."""
    text = "employee,answer,at\n001,approve,2027-01-01\n".replace("2027-01-01", now())
    take(company, text)
    says(register, Answer.REFUSE, "")
    assert take(company, text)[0] == 0
    assert published(company) == set()


def test_a_yes_of_their_own_after_one_that_was_passed_on_is_recorded(
    company: Company, register: Register
) -> None:
    """From then on it is theirs, and no list changes it."""
    picture = run(company)["001"]
    take(company, "employee,answer\n001,approve\n")
    said = Decision("001", picture, Answer.APPROVE, "001", now(), source=PAGE)
    assert decide(register, said, lambda: (picture,), 3).code == Code.TAKEN
    assert take(company, "employee,answer\n001,keep\n", "later.csv")[0] == 1


def test_a_yes_in_a_list_brings_no_place_back_that_somebody_unticked(
    company: Company, register: Register
) -> None:
    """A no in a list is taken: to leave is as easy as that."""
    word = Consent("001", "external_web", Word.WITHDRAWN, "001", now(), source=PAGE)
    register.add([word])
    code, told = take(company, "employee,answer,external_web,chat\n001,,yes,no\n")
    assert (code, "'001': external_web not taken: they said no to it" in told) == (1, True)
    said = register.rows(Consent, employee="001")
    assert [(one.purpose, one.word) for one in said] == [("external_web", "withdrawn"), ("chat", "refused")]
    theirs = Consent("001", "external_web", Word.GRANTED, "HR", now(), source="import:list.csv")
    assert against([word, theirs], "external_web") == "declined"


@pytest.mark.parametrize("source", ["import:list.csv", "signed:answers.json"])
def test_an_answer_that_was_taken_in_against_their_word_counts_nowhere(tmp_path: Path, source: str) -> None:
    """In registers of before: not for publishing, not for the next refresh, not on the pages."""
    home = make_review_company(tmp_path)
    desk, person = home.desk(), home.desk().company.book().people["p1"]
    says(desk.register, Answer.REFUSE, person.portrait.picture, "p1")
    says(desk.register, Answer.APPROVE, person.portrait.picture, "p1", source)
    assert place_of(person, desk.register, desk.policy).stand == Stand.REFUSED
    assert read_permissions(home.home).refused == {"p1"}
    assert asked(home.home, ["p1"]).refused == {"p1"}
    assert _hr_sees(home)["p1"] == Stage.STOPPED


def _hr_sees(company: ReviewCompany) -> dict[str, Stage]:
    from catchlight.standings import Standings  # noqa: PLC0415

    desk = company.desk()
    people = Standings(desk.register, desk.company, brand_gate=False).now().people
    return {id_: one.stage for id_, one in people.items()}


def test_the_pages_say_who_wrote_an_answer_down(tmp_path: Path) -> None:
    """On the person's own, and where HR looks at the portrait."""
    company = make_review_company(tmp_path)
    desk = company.desk()
    picture = company.renders[0].picture
    desk.register.add(
        [Decision("p1", picture, Answer.APPROVE, "Hanna <HR>", now(), source="import:list.csv")]
    )
    page = signed_in(desk, "p1", "p1").get("/me").text
    assert "The new portrait was chosen for you" in plain(page)
    assert "Hanna &lt;HR&gt;\u2069 wrote this answer down for you. You can still change it." in plain(page)
    brand = plain(signed_in(desk, "hr", roles=("brand",)).get(f"/people/portrait/{picture}").text)
    assert "\u2068Hanna &lt;HR&gt;\u2069, for the person, said yes" in brand
