"""Who is in the list and outside the people whom the job is about: their pictures go after the term of who left."""

from dataclasses import replace
from pathlib import Path

import pytest

from catchlight.identities import read_ids, write_ids
from catchlight.job import Job
from catchlight.permission import read_permissions
from catchlight.records import Answer
from catchlight.source import Directory
from flows import gathering
from flows.purging import purge_home
from tests.ended_runs import finish, in_days
from tests.published_company import Company, make_company, portrait
from tests.source_worlds import jpeg

LIST = "id,given_name,email,country\nana,Ana,ana@example.com,DE\nbob,Bob,bob@example.com,US\n"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of two with a run of long ago; bob gave an answer."""
    company = make_company(tmp_path)
    photos = tmp_path / "hr/photos"
    photos.mkdir(parents=True)
    (tmp_path / "hr/directory.csv").write_text(LIST)
    for number, id_ in enumerate(("ana", "bob")):
        (photos / f"{id_}.jpg").write_bytes(jpeg(number))
    gathered(company)
    finish(company, "20260101-000000", "ana", "bob", days=-200)
    company.answer({"bob": ""}, Answer.RETRY)
    return company


def gathered(company: Company, people: str = "") -> Directory:
    """Gather by a job that is about some people."""
    root, job = company.home.parent, company.home.parent / "job.toml"
    job.write_text(f'[sources.hr]\nkind = "folder"\nroot = "{root}/hr"\n{people}')
    return gathering.read(Job(source=job, home=company.home))


def gone(company: Company, days: int) -> dict[str, int]:
    """Purge some days from now; return what went."""
    return {one.kind: one.count for one in purge_home(company.home, at=in_days(days)) if one.count}


def pictures(company: Company) -> list[str]:
    """Return whose portrait is there."""
    files = [file.read_bytes() for file in (company.home / "vault").glob("??/*")]
    return [id_ for id_ in ("ana", "bob") if portrait(id_) in files]


def test_pictures_of_who_is_outside_go_after_the_term_of_who_left(company: Company) -> None:
    """From the day on when the job left them out, not from their last run; what they said stays while the list has them."""
    found = gathered(company, '[people.only]\ncountry = ["DE"]')
    assert [one.id for one in found.employees] == ["ana"]
    finish(company, "20260601-000000", "ana")
    assert "leavers" not in gone(company, 20)
    assert pictures(company) == ["ana", "bob"]
    assert gone(company, 40)["leavers"] == 1
    assert pictures(company) == ["ana"]
    assert not list(company.home.glob("ledger/recipes/*/*bob*"))
    assert "words" not in gone(company, 1200)
    assert "bob" in read_ids(company.home).seen


def test_a_no_of_who_is_outside_holds_as_long_as_the_list_has_them(company: Company) -> None:
    """They may come back into the job's people any day."""
    company.answer({"bob": ""}, Answer.REFUSE)
    gathered(company, '[people.only]\ncountry = ["DE"]')
    finish(company, "20260601-000000", "ana")
    gone(company, 1200)
    assert read_permissions(company.home).refused == {"bob"}


def test_the_day_stays_from_one_run_to_the_next_and_ends_with_coming_back(company: Company) -> None:
    """A nightly refresh does not begin the term anew."""
    gathered(company, '[people.only]\ncountry = ["DE"]')
    ids = read_ids(company.home)
    assert (ids.seen["ana"].outside, ids.seen["bob"].outside) == ("", f"{in_days(0):%Y-%m-%d}")
    write_ids(company.home, type(ids)({**ids.seen, "bob": replace(ids.seen["bob"], outside="2026-01-02")}))
    gathered(company, '[people.only]\ncountry = ["DE"]')
    assert read_ids(company.home).seen["bob"].outside == "2026-01-02"
    gathered(company)
    assert read_ids(company.home).seen["bob"].outside == ""


def test_whoever_is_in_the_newest_run_keeps_everything(company: Company) -> None:
    """A gathering alone takes nobody's pictures: the newest run decides."""
    gathered(company, '[people.only]\ncountry = ["DE"]')
    assert "leavers" not in gone(company, 1200)
