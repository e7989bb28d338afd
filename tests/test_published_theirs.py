"""Where somebody put their own picture over ours, neither list nor wall says that ours is there."""

import csv
import json
from pathlib import Path

import pytest

from catchlight.desk import Desk
from catchlight.published_list import NAME
from catchlight.rollback import rollback
from flows.destinations import place_named
from tests.published_company import Company, codes, make_company, portrait
from tests.test_people_wall_published import published


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with a wall that has published two people; of one, a file was changed by hand since."""
    made = make_company(tmp_path)
    (made.home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{made.out}"\n[intranet.wall]\ncompany = "Example"\n'
    )
    made.answer(made.run("r1", {"a": "1", "b": "2"}))
    published(made)
    (made.out / "400/a.jpg").write_bytes(portrait("my own"))
    return made


def desk(company: Company) -> Desk:
    """Return a desk at the intranet."""
    known = company.desk()
    return Desk(company.home, place_named("intranet", company.home), known.register, known.vault)


def told(company: Company) -> tuple[list[str], dict[str, int]]:
    """Return the files that the list names, and how many pictures the wall has of whom."""
    listed = company.out / NAME
    rows = csv.DictReader(listed.read_text("utf-8-sig").splitlines()) if listed.exists() else []
    manifest = company.out / "wall/people.json"
    people = json.loads(manifest.read_bytes())["people"] if manifest.exists() else []
    return [row["file"] for row in rows], {one["name"]: len(one["faces"]) for one in people}


def test_after_a_rollback_the_picture_that_stays_is_not_called_ours(company: Company) -> None:
    """Everything else was put back: there is neither a list nor a wall, and by force there is nothing at all."""
    assert codes(rollback(desk(company), "r1"))["conflict"] == 1
    assert told(company) == ([], {})
    assert set(company.files()) == {"400/a.jpg"}
    assert codes(rollback(desk(company), "r1", force=True)) == {"removed": 1}
    assert company.files() == {}


def test_after_a_publication_it_is_not_called_ours_until_it_is_again(company: Company) -> None:
    """List and wall keep the files that are ours; once the picture is back, both have it again."""
    receipts = company.desk().register.receipts()
    published(company)
    assert told(company) == (["96/a.jpg", "400/b.jpg", "96/b.jpg"], {"a": 1, "b": 2})
    sent = next(one.sent for one in receipts if one.target == "400/a.jpg" and one.state == "done")
    (company.out / "400/a.jpg").write_bytes(company.desk().vault.get(sent))
    published(company)
    assert told(company) == (["400/a.jpg", "96/a.jpg", "400/b.jpg", "96/b.jpg"], {"a": 2, "b": 2})
    before = company.desk().register.receipts()
    published(company)
    assert company.desk().register.receipts() == before
    rollback(desk(company), "r1")
    assert company.files() == {}
