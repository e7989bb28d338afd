"""People who have the same name can be told apart wherever somebody acts upon a name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.namesakes import told_apart
from catchlight.records import Answer, Decision, Employee
from catchlight.register import now
from catchlight.review_records import Delegation
from flows.commands.publish import app
from tests.review_company import ReviewCompany, plain, signed_in
from tests.staffed_company import staff

KIMS = (
    Employee("17", "Kim", "Lee", department="Sales"),
    Employee("18", "Kim", "Lee", department="Support"),
    Employee("20", "Jo", "Lee", department="Sales"),
)


def test_the_department_tells_namesakes_apart_and_else_the_id() -> None:
    """Nothing stands beside a name that one person has."""
    same = [
        *KIMS[:2],
        Employee("21", "kim", "lee", department="Support"),
        KIMS[2],
        Employee("22", "KIM", "Lee"),
    ]
    assert told_apart(same) == {"17": "Sales", "18": "Support, 18", "21": "Support, 21", "22": "22"}
    assert told_apart([Employee("1", "Jo", "Lee")]) == {}


@pytest.fixture
def company(tmp_path: Path) -> ReviewCompany:
    """Return a company with two people of one name."""
    made = ReviewCompany(tmp_path / "home")
    for one in KIMS:
        made.add(one)
    return made.finish()


def test_hr_s_lists_tell_them_apart(company: ReviewCompany) -> None:
    """Beside each portrait of the list, on its page, and in the list of delegations."""
    desk = company.desk()
    listed = plain(staff(desk, "hr").get("/people/queue").text)
    assert listed.count("Kim Lee") == 2
    assert "Kim Lee Sales" in listed
    assert "Kim Lee Support" in listed
    assert "Jo Lee Sales" not in listed
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    desk.register.add(
        [Delegation("17", "20", "17", now(), until), Delegation("20", "18", "20", now(), until)]
    )
    named = plain(staff(desk, "hr").get("/people/delegations").text)
    assert "Kim Lee (Sales)" in named
    assert "Kim Lee (Support)" in named
    mine = plain(signed_in(desk, "20", "20").get("/delegated").text)
    assert "Kim Lee (Sales)" in mine


def test_a_plan_s_page_tells_them_apart_and_names_its_place(company: ReviewCompany, tmp_path: Path) -> None:
    """Left out is one Kim Lee, of Support; the page is headed by what IT calls the place, or by the folder alone."""
    (out := tmp_path / "out").mkdir()
    desk = company.desk()
    pictures = {one.employee: one.picture for one in company.renders}
    desk.register.decide(
        [
            Decision(id_, pictures[id_], said, id_, now())
            for id_, said in (("17", Answer.APPROVE), ("18", Answer.KEEP))
        ]
    )
    assert f"<h1>{out}</h1>" in _page(company, str(out))
    (company.home / "destinations.toml").write_text(f'[intranet]\nkind = "folder"\nroot = "{out}"\n', "utf-8")
    page = _page(company, "intranet")
    assert "<h1>intranet</h1>" in page
    assert f"at {out}" in plain(page)
    assert "Kim Lee (Support)" in page.partition("Left out")[2]


def _page(company: ReviewCompany, to: str) -> str:
    done = CliRunner().invoke(app, ["plan", "--home", str(company.home), "--to", to])
    assert done.exit_code == 0, done.output
    page = "".join(done.output.split("Look at it:")[1].split("Next:")[0].split())
    return Path(page).read_text("utf-8")
