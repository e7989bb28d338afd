"""Somebody of whom the list has an id alone: no wall shows it, and nobody signs with it."""

import json
from pathlib import Path

import pytest

from catchlight import ledger
from catchlight.desk import open_desk
from catchlight.errors import PhotoError
from catchlight.home import Home
from catchlight.publish_planning import draw
from catchlight.records import Employee
from flows.destinations import place_named
from flows.signing import Signing
from tests.published_company import Company, apply, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with a wall, of one person with a name and one without."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"4711": "1", "4712": "2"}))
    people = [Employee("4711"), Employee("4712", given_name="Ada")]
    ledger.write(Home(company.home).run("r1") / ledger.file_name(Employee), ledger.table(Employee, people))
    text = f'[intranet]\nkind = "folder"\nroot = "{company.out}"\n[intranet.wall]\ncompany = "Example AG"\n'
    (company.home / "destinations.toml").write_text(text, encoding="utf-8")
    return company


def test_a_wall_shows_no_id_for_a_name(company: Company) -> None:
    """Who has no name is left out and told; the others are there."""
    desk = open_desk(company.home, place_named("intranet", company.home))
    results = apply(desk, draw(desk, "latest", ("96",)))
    (told,) = [one for one in results if one.code == "nameless"]
    assert (told.employee, told.sentence) == (
        "4711",
        "the list has no name of theirs, so the wall leaves them out",
    )
    (manifest,) = (company.out / "wall").glob("*.json")
    assert [one["name"] for one in json.loads(manifest.read_text("utf-8"))["people"]] == ["Ada"]
    assert "4711" not in "".join(page.read_text("utf-8") for page in (company.out / "wall").glob("*.html"))


def test_nobody_signs_with_a_number(company: Company) -> None:
    """The plan leaves them out with this reason."""
    signing = Signing(company.home, company.home / "signature")
    for made in (signing.html, signing.files):
        with pytest.raises(PhotoError, match="no name of theirs to sign with") as caught:
            made(Employee("4711"), "")
        assert caught.value.reason == "signature.nameless"
