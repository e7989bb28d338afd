"""A folder whose disk is unmounted while it is published to: what is left is not written into the mount point."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight import published_list, publishing
from catchlight.desk import Desk
from catchlight.publish_planning import draw
from tests.published_company import Company, codes, make_company

PEOPLE = 30
SENT = 5


def going_away(desk: Desk, company: Company, away: Path) -> Desk:
    """Return a desk whose disk is unmounted after a few writes, lazily: nothing that writes is told."""
    sent: list[str] = []

    def put(target: str, data: bytes) -> None:
        if len(sent) == SENT:
            shutil.move(company.out, away)
            company.out.mkdir()
        sent.append(target)
        desk.place.put(target, data)

    return replace(desk, place=replace(desk.place, put=put))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company that was never published, with somebody's picture at the folder."""
    made = make_company(tmp_path)
    made.answer(made.run("r1", {f"p{n:02}": str(n) for n in range(PEOPLE)}))
    return made


def test_nothing_is_written_under_a_disk_that_went_away(company: Company, tmp_path: Path) -> None:
    """Those who were sent are told, the reason is said, and once it is there again it goes on."""
    desk = going_away(company.desk(), company, tmp_path / "disk")
    plan = draw(desk, "r1", ("96",))
    publishing.check(desk, plan)
    done = publishing.apply(desk, plan) + published_list.update(desk, "r1")
    assert list(company.out.iterdir()) == []
    assert (codes(done)["sent"], codes(done)["stopped"]) == (SENT, 1)
    assert all("is the disk still mounted?" in one.sentence for one in done if one.code == "stopped")
    company.out.rmdir()
    shutil.move(tmp_path / "disk", company.out)
    assert codes(company.publish("r1", ("96",))) == {"unchanged": SENT, "sent": PEOPLE - SENT, "listed": 1}


@pytest.mark.parametrize("verb", [lambda place: place.look("a"), lambda place: place.remove("a"), lambda place: place.tidy("a")])  # fmt: skip
def test_nor_is_anything_there_taken_for_gone(
    company: Company, tmp_path: Path, verb: Callable[..., object]
) -> None:
    """What is looked for, removed or tidied under the disk is told as unwell, never as not there."""
    place = company.desk().place
    verb(place)
    shutil.move(company.out, tmp_path / "disk")
    company.out.mkdir()
    with pytest.raises(Exception, match="is the disk still mounted"):
        verb(place)
