"""Five thousand people: the company's pages read what is new, never everything again for every row."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from catchlight.followed import Followed
from catchlight.records import Answer, Decision, Employee, Outcome, Receipt, Render, Rung, Side, Verdict
from catchlight.register import Register, now
from reports.review.desk import ReviewDesk
from tests.review_company import ReviewCompany
from tests.staffed_company import GATED, form_of, staff

MANY = 5000


def digest(text: str) -> str:
    """Return a digest that no other text has."""
    return sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ReviewDesk:
    """Return the desk of five thousand people, of whom most have answered and some were published."""
    company = ReviewCompany(tmp_path_factory.mktemp("many") / "home")
    for number in range(MANY):
        id_ = f"e{number:04}"
        company.people.append(Employee(id_, f"Given{number % 97}", f"Family{number}", entity="Example Ltd"))
        render = Render(id_, f"r{id_}", "", digest(id_), digest(f"b{id_}"), digest(f"a{id_}"), rung=Rung.CROP)
        company.renders.append(render)
        flagged = number % 7 == 0
        outcome = Outcome.REVIEW if flagged else Outcome.ACCEPT
        reasons = (("matte.high",), ("The outline of the hair is not certain.",)) if flagged else ((), ())
        company.verdicts.append(Verdict(id_, render.recipe, outcome, *reasons))
    desk = company.finish().desk(GATED)
    ids = [f"e{number:04}" for number in range(MANY)]
    desk.register.decide(
        Decision(id_, digest(id_), Answer.APPROVE, id_, now()) for id_ in ids[: MANY * 4 // 5]
    )
    desk.register.note(
        Receipt(place, id_, f"{id_}.jpg", digest(id_), "", state, now(), "run")
        for id_ in ids[:1000]
        for place in ("web", "chat")
        for state in ("backed_up", "sending", "done")
    )
    return desk


@contextmanager
def statements(register: Register) -> Iterator[list[str]]:
    """Record the statements that are sent to the register."""
    sent: list[str] = []

    def note(_c: object, _d: object, statement: str, *_: object) -> None:
        sent.append(statement)

    sa.event.listen(register._engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(register._engine, "before_cursor_execute", note)


def test_a_page_asks_the_register_a_handful_of_questions(desk: ReviewDesk) -> None:
    """After the first look no page reads the decisions again, however many people there are."""
    for role, paths in {
        "hr": ("/people", "/people/queue?page=50", "/people/bulk"),
        "brand": ("/people/queue?brand=waiting&reason=matte.high", f"/people/portrait/{digest('e3000')}"),
        "auditor": ("/people", "/people/log?page=7"),
    }.items():
        browser = staff(desk, role)
        for path in paths:
            assert browser.get(path).status_code == 200
            with statements(desk.register) as sent:
                assert browser.get(path).status_code == 200
            assert len(sent) < 20, path
            assert not [one for one in sent if one.startswith("SELECT decisions.row")], path


def test_one_answer_among_thousands_shows_at_once(desk: ReviewDesk) -> None:
    """The brand's yes takes one portrait out of what waits, and only that person's rows are read."""
    browser, path = staff(desk, "brand"), f"/people/portrait/{digest('e1400')}?brand=waiting"
    before = browser.get("/people/queue?brand=waiting").text
    form = form_of(browser.get(path).text, answer="approve")
    assert browser.post(path, data=form).headers["location"].endswith("said=taken")
    after = browser.get("/people/queue?brand=waiting").text
    count = [
        int(page.split('role="status">')[1].split(" portraits")[0].replace(",", ""))
        for page in (before, after)
    ]
    assert count[0] - count[1] == 1


def test_rows_of_another_program_are_found(tmp_path: Path) -> None:
    """Only what was added is read; rows that were committed out of their order are not lost."""
    register, other = Register(tmp_path / "register.db"), Register(tmp_path / "register.db")
    followed = Followed(register, Decision)
    assert followed.look() == set()
    other.decide([Decision(id_, "p", Answer.APPROVE, id_, now()) for id_ in ("a", "b")])
    assert followed.look() == {"a", "b"}
    assert followed.look() == set()
    other.decide([Decision("a", "p", Answer.HOLD, "brand", now(), side=Side.BRAND)])
    assert followed.look() == {"a"}
    assert [said.answer for said in followed.of("a")] == ["approve", "hold"]
    with other._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE decisions SET row = 99 WHERE employee = 'b'")
    followed.look()
    other.decide([Decision("c", "p", Answer.KEEP, "c", now())])
    with other._engine.begin() as connection:  # what a slower program commits later has a smaller number
        connection.exec_driver_sql("UPDATE decisions SET row = 50 WHERE employee = 'c'")
    assert "c" in followed.look()
    assert sorted(said.employee for said in followed.all()) == ["a", "a", "b", "c"]
