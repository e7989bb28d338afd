"""A small company on Google Workspace: published, verified, put back, with faults, stops and changes of mind in between."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.errors import OutsideError
from catchlight.journal import State
from catchlight.publish_planning import draw
from catchlight.records import Answer as Word
from catchlight.rollback import rollback
from catchlight.sending import settle
from connectors import google_directory
from tests.fake_google import FakeGoogle
from tests.google_answers import Answer, said
from tests.google_fixtures import as_written, workspace
from tests.place_contract import shows
from tests.published_company import Company, apply, codes, make_company, portrait

REFUSED = said(400, "invalidInput", "Invalid Input: photoData")


@pytest.fixture
def company() -> Iterator[FakeGoogle]:
    """Return a running company."""
    with workspace() as company:
        yield company


@pytest.fixture
def staff(company: FakeGoogle, tmp_path: Path) -> tuple[Company, Desk]:
    """Return three who approved, of whom b has a photo and c no account, and a desk that waits for nothing."""
    company.users["101"]["externalIds"] = [{"type": "organization", "value": "a"}]
    company.add("102", "ben@example.org", externalIds=[{"type": "organization", "value": "b"}])
    company.photos["102"] = portrait("before", 600, 600)
    people = make_company(tmp_path)
    people.answer(people.run("r1", {"a": "1", "b": "2", "c": "3"}))
    own = google_directory.Settings(**as_written(company, tmp_path, match="externalId", employee="id"))
    there = google_directory.open_place(own, "google_directory:staff")
    return people, replace(people.desk(), place=there, wait=lambda _: None)


def test_a_company_is_published_verified_and_put_back(
    company: FakeGoogle, staff: tuple[Company, Desk]
) -> None:
    """Each photo is written once, reading back may lag, and afterwards everybody looks as before, in full size."""
    _, desk = staff
    company.lag = 2
    plan = draw(desk, "r1", ())
    assert [(p.employee, p.files[0].target, p.files[0].change) for p in plan.people] == [
        ("a", "101", "new"), ("b", "102", "change"),
    ]  # fmt: skip
    assert plan.skipped[0].sentence == "no account has externalId c"
    assert company.changes() == []
    assert codes(apply(desk, plan)) == {"sent": 2}
    assert codes(apply(desk, draw(desk, "r1", ()))) == {"unchanged": 2}
    assert company.writes == {"101": 1, "102": 1}
    assert find_drift(desk) == []
    assert codes(rollback(desk, "r1")) == {"removed": 1, "restored": 1}
    assert list(company.photos) == ["102"]
    assert Image.open(BytesIO(company.photos["102"])).size == (600, 600)
    assert shows(desk.place, company.photos["102"], portrait("before"))


def test_a_photo_that_a_person_changed_stays_theirs(company: FakeGoogle, staff: tuple[Company, Desk]) -> None:
    """Between plan and publication, and after it."""
    _, desk = staff
    plan = draw(desk, "r1", ())
    apply(desk, plan)
    company.photos["101"] = portrait("their own")
    assert [(drift.employee, drift.kind) for drift in find_drift(desk)] == [("a", "changed")]
    assert codes(rollback(desk, "r1")) == {"conflict": 1, "restored": 1}


def test_faults_of_every_kind_are_got_over(company: FakeGoogle, staff: tuple[Company, Desk]) -> None:
    """With every tenth call failing, few passes end as one without faults, and nothing is on the wrong person."""
    _, desk = staff
    company.faults = dict.fromkeys(("quota", "429", "500", "503", "cut"), 0.02)
    for _ in range(6):
        try:
            found = codes(apply(desk, draw(desk, "r1", ())))
        except OutsideError:
            continue
        if set(found) <= {"sent", "unchanged"}:
            break
    company.faults = {}
    for id_, seed in (("101", "1"), ("102", "2")):
        assert shows(desk.place, company.photos[id_], portrait(seed))
    assert codes(apply(desk, draw(desk, "r1", ()))) == {"unchanged": 2}


def test_a_stop_between_removing_and_writing_costs_nobody_their_photo(
    company: FakeGoogle, staff: tuple[Company, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old photo is in the vault before anything is removed; the next start puts it back before anything else."""
    _, desk = staff
    company.in_the_way["102"] = 412
    plan = draw(desk, "r1", (), {"b"})

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    real = company.directory_users_photos_delete

    def removed(*told_: Any) -> Answer:
        company.next = [REFUSED]
        return real(*told_)

    with monkeypatch.context() as broken:
        broken.setattr(google_directory, "_left", dies)
        broken.setattr(company, "directory_users_photos_delete", removed)
        with pytest.raises(KeyboardInterrupt):
            apply(desk, plan)
    kept = list(desk.register.receipts(desk.place.name))[-1]
    assert (kept.state, company.photos.get("102")) == (State.SENDING, None)
    assert shows(desk.place, desk.vault.get(kept.replaced), portrait("before"))
    assert [drift.kind for drift in find_drift(desk)] == ["half_way"]
    company.next.clear()
    settle(desk)
    assert shows(desk.place, company.photos["102"], portrait("before"))
    assert find_drift(desk) == []
    apply(desk, draw(desk, "r1", (), {"b"}))
    rollback(desk, "r1")
    assert shows(desk.place, company.photos["102"], portrait("before"))


def test_the_photo_of_an_account_asleep_is_taken_off(
    company: FakeGoogle, staff: tuple[Company, Desk]
) -> None:
    """Nobody acts for a suspended account; its photo in the directory is seen to all the same."""
    people, desk = staff
    apply(desk, draw(desk, "r1", ()))
    company.users["102"]["suspended"] = True
    company.issuer.given.clear()
    desk = replace(desk, place=google_directory.open_place(desk.place.put.args[0].settings, desk.place.name))
    people.answer({"b": people.run("r1", {"a": "1", "b": "2", "c": "3"})["b"]}, Word.REFUSE)
    plan = draw(desk, "r1", ())
    assert [removal.employee for removal in plan.removals] == ["b"]
    assert codes(apply(desk, plan))["restored"] == 1
    assert shows(desk.place, company.photos["102"], portrait("before"))
