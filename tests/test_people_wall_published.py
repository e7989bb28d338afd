"""The people wall of a destination follows what is published there."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight import published_list
from catchlight.drift import find_drift
from catchlight.errors import ConfigError
from catchlight.journal import stacks
from catchlight.publish_planning import draw
from catchlight.records import Answer
from catchlight.rollback import rollback
from catchlight.withdrawals import put_back, withdrawn
from flows.destinations import place_named
from flows.left_standing import left_standing
from tests.published_company import Company, apply, codes, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company whose intranet has a wall."""
    company = make_company(tmp_path)
    (company.home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{company.out}"\n[intranet.wall]\ncompany = "Example"\nlanguage = "de"\n'
    )
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    return company


def published(company: Company, run: str = "latest") -> dict[str, int]:
    """Plan and apply, as the command does with the destination's name."""
    desk = company.desk()
    desk = type(desk)(desk.home, place_named("intranet", company.home), desk.register, desk.vault)
    return codes(apply(desk, draw(desk, run, ("96", "400"))))


def wall(company: Company) -> dict[str, bytes]:
    """Return the files of the wall."""
    return {name: data for name, data in company.files().items() if name.startswith("wall/")}


def faces(company: Company) -> set[str]:
    """Return the picture files that the manifest names."""
    manifest = json.loads(wall(company)["wall/people.json"])
    return {f"wall/{face['file']}" for person in manifest["people"] for face in person["faces"]}


def test_the_wall_is_what_is_published(company: Company) -> None:
    """Everybody who is published is on it, with pictures that are there; a second time nothing is written."""
    assert published(company)["sent"] == 4
    assert faces(company) == {name for name in wall(company) if name.endswith(".jpg")}
    assert len(faces(company)) == 4
    assert b"Example" in wall(company)["wall/index.html"]
    before = company.desk().register.receipts()
    assert published(company) == {"unchanged": 4}
    assert company.desk().register.receipts() == before


def test_who_is_taken_off_is_not_on_the_wall(company: Company) -> None:
    """Neither their card nor their picture's file stays."""
    published(company)
    pictures = company.run("r1", {"a": "1", "b": "2"})
    company.answer({"a": pictures["a"]}, Answer.REFUSE)
    published(company)
    manifest = json.loads(wall(company)["wall/people.json"])
    assert [person["name"] for person in manifest["people"]] == ["b"]
    assert faces(company) == {name for name in wall(company) if name.endswith(".jpg")}


def test_a_rollback_of_a_run_that_was_cleared_away_leaves_nobody_on_the_wall(company: Company) -> None:
    """Names are the newest run's then; whoever is taken off goes from the wall as well."""
    published(company)
    company.run("r2", {"a": "1", "b": "2"})
    shutil.rmtree(company.home / "runs" / "r1")
    desk = replace(company.desk(), place=place_named("intranet", company.home))
    rollback(desk, "r1", "a")
    assert [person["name"] for person in json.loads(wall(company)["wall/people.json"])["people"]] == ["b"]
    assert {result.code for result in rollback(desk, "r1")} == {"removed"}
    assert company.files() == {}


def test_a_run_of_a_few_people_leaves_the_others_on_the_wall(company: Company) -> None:
    """Their names are those of the run that they were published from."""
    published(company)
    company.answer(company.run("r2", {"a": "newer"}))
    published(company)
    people = json.loads(wall(company)["wall/people.json"])["people"]
    assert [person["name"] for person in people] == ["a", "b"]


def test_with_nobody_left_there_is_no_wall(company: Company) -> None:
    """Rolling everything back leaves the destination as it was before."""
    published(company)
    desk = company.desk()
    desk = type(desk)(desk.home, place_named("intranet", company.home), desk.register, desk.vault)
    assert find_drift(desk) == []
    rollback(desk, "r1")
    assert company.files() == {}
    assert find_drift(desk) == []


def test_files_that_are_not_ours_stay(company: Company) -> None:
    """A page of somebody else's where the wall would be is not written over; the portraits are published."""
    (company.out / "wall").mkdir()
    (company.out / "wall" / "index.html").write_bytes(b"our own page")
    assert published(company)["failed"] == 1
    assert wall(company)["wall/index.html"] == b"our own page"


def test_a_language_that_there_is_not_is_named(company: Company) -> None:
    """The message names the key and what would be accepted."""
    file = company.home / "destinations.toml"
    file.write_text(file.read_text().replace('"de"', '"xx"'))
    with pytest.raises(ConfigError, match=r"language.*'xx'.*de, en"):
        place_named("intranet", company.home)


def undone(company: Company, place: str) -> None:
    """Roll back what was published last, as the command does with what a receipt calls the place."""
    desk = company.desk()
    rollback(replace(desk, place=place_named(place, company.home)), "r1")


@pytest.mark.parametrize("table", ["", '[intranet]\nkind = "folder"\nroot = "{}"\n'])
def test_a_wall_that_no_table_asks_for_goes(company: Company, table: str) -> None:
    """A rollback, and a no, leave nobody's face and name on a wall that nothing keeps true any more."""
    published(company)
    (company.home / "destinations.toml").write_text(table.format(company.out))
    undone(company, f"folder:{company.out}")
    assert company.files() == {}
    assert all(not stack for stack in stacks(company.desk().register.receipts()).values())


def test_a_withdrawal_takes_the_wall_of_no_table_along(company: Company) -> None:
    """Who took their yes back is on no page there."""
    published(company)
    (company.home / "destinations.toml").unlink()
    pictures = company.run("r1", {"a": "1", "b": "2"})
    company.answer({"a": pictures["a"]}, Answer.REFUSE)
    desk = replace(company.desk(), place=place_named(f"folder:{company.out}", company.home))
    for one in withdrawn(desk, 24):
        put_back(desk, one)
    published_list.update(desk, "")
    assert not wall(company)
    assert [name for name in company.files() if "/a" in name] == []


def test_a_wall_that_was_left_behind_is_told(company: Company) -> None:
    """Where its portraits were rolled back and it stayed, with the command that takes it away."""
    published(company)
    desk = company.desk()
    rollback(replace(desk, place=replace(desk.place, besides=None)), "r1")
    assert wall(company)
    (company.home / "destinations.toml").write_text(
        f'[new]\nkind = "folder"\nroot = "{company.home.parent}"\n'
    )
    (one,) = left_standing(company.home)
    assert "of a people wall still stand there" in one.said
    undone(company, f"folder:{company.out}")
    assert left_standing(company.home) == []
