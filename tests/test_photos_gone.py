"""Photos that are gone when they are read: of one person it is told, and a disk that went ends the refresh and asks nobody."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight import ledger
from catchlight.errors import ConfigError, OutsideError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.out_of_reach import AWAY, why_none
from catchlight.plan import Plan
from catchlight.records import Photo
from catchlight.source import Entry, Fetched, Page, Source
from catchlight.source_memory import Memory
from catchlight.vault import Vault
from connectors import folder
from flows import stages
from flows.syncing import sync
from tests.source_worlds import jpeg
from tests.test_shorter_list import ran

ZURICH, MUNICH = "012345", "6789"
EVERYBODY = {
    id_: f"photos/{place}/{id_}.jpg" for place, ids in (("zurich", ZURICH), ("munich", MUNICH)) for id_ in ids
}


@pytest.fixture(params=["folder", "job"])
def job(request: pytest.FixtureRequest, tmp_path: Path) -> Job:
    """Return the job of a company whose offices have a folder of photos each, with and without a job file."""
    source = tmp_path / "people"
    for id_, file in EVERYBODY.items():
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).write_bytes(jpeg(int(id_)))
    (source / "directory.csv").write_text("id\n" + "".join(f"{id_}\n" for id_ in EVERYBODY), "utf-8")
    if request.param == "job":
        (tmp_path / "job.toml").write_text(f'[sources.hr]\nkind = "folder"\nroot = "{source}"\n', "utf-8")
        source = tmp_path / "job.toml"
    return Job(source=source, home=tmp_path / "home")


def root(job: Job) -> Path:
    """Return where the photos are."""
    return job.home.parent / "people"


def after(reads: int, act: Callable[[], object], patch: pytest.MonkeyPatch) -> None:
    """Let something happen once so many photos were read."""
    real, turns = folder.disk.read, iter(range(1000))

    def read(place: Path, file: str) -> bytes:
        if next(turns) == reads:
            act()
        return real(place, file)

    patch.setattr(folder.disk, "read", read)


def emptied(place: Path) -> None:
    """Leave of a folder what a mount's place is without its disk."""
    shutil.rmtree(place)
    place.mkdir()


def without(plan: Plan) -> dict[str, str]:
    """Return why somebody has no photo, for each who has none."""
    shards = plan.shards()
    orders = [one for orders in shards.values() for one in orders if not any(p.digest for p in one.photos)]
    return {one.employee: why_none(one.photos)[0] for one in orders}


@pytest.mark.parametrize("place", ["", "photos", "photos/munich"])
def test_a_disk_that_goes_while_photos_are_read_ends_the_refresh(
    job: Job, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Nobody becomes one without a photo, and the same command goes on once it is back."""
    kept = shutil.copytree(root(job), job.home.parent / "kept")
    after(3, lambda: emptied(root(job) / place), monkeypatch)
    with pytest.raises(
        OutsideError, match=r"was there a moment ago, and now no photo is left in .*did its disk go"
    ):
        stages.gather(job)
    assert not list((job.home / "ledger").glob("*/plan.json"))
    shutil.copytree(kept, root(job), dirs_exist_ok=True)
    assert without(stages.gather(job)) == {}


def test_one_photo_that_went_meanwhile_is_told_to_it_alone(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its person is not asked for one; the next run takes what is there."""
    last = root(job) / EVERYBODY["9"]
    after(3, last.unlink, monkeypatch)
    plan = stages.gather(job)
    assert without(plan) == {"9": AWAY}
    (said,) = [one["sentence"] for one in plan.findings if one["kind"] == "photo_unread"]
    assert "photos/munich/9.jpg was there a moment ago and is gone" in said
    last.write_bytes(jpeg(9))
    assert without(stages.gather(job)) == {}


def had(job: Job, run: str, ids: str = "0123456789") -> None:
    """Let there be a run of everybody in which these had a photo."""
    ran(job, run, len(EVERYBODY))
    photos = [Photo(id_, file, "d" * 64 if id_ in ids else "") for id_, file in EVERYBODY.items()]
    ledger.write(Home(job.home).run(run) / ledger.file_name(Photo), ledger.table(Photo, photos))


def test_a_place_of_photos_that_is_empty_stops_the_refresh(job: Job) -> None:
    """Four of ten lost theirs since the last run: it is said where they were, and how to go on if it is right."""
    emptied(root(job) / "photos/munich")
    had(job, "20260101-000000")
    says = r"4 of the 10 people who had a photo in the last run have none now.*photos/munich/6\.jpg.*not mounted.*--accept-fewer"
    with pytest.raises(ConfigError, match=says):
        stages.gather(job)
    assert without(stages.gather(job.model_copy(update={"accept_fewer": True}))).keys() == set(MUNICH)


def test_a_few_photos_may_always_go(job: Job) -> None:
    """Two of ten, or one of two; whoever never had one, or left, is not counted; a first run has no measure."""
    emptied(root(job) / "photos/munich")
    assert len(without(stages.gather(job))) == 4
    had(job, "20260101-000000", ids=ZURICH + "67")
    with pytest.raises(ConfigError, match="2 of the 8 people"):
        stages.gather(job)
    (root(job) / EVERYBODY["7"]).write_bytes(jpeg(7))
    assert without(stages.gather(job)).keys() == set("689")
    had(job, "20260102-000000")
    (root(job) / EVERYBODY["6"]).write_bytes(jpeg(6))
    assert without(stages.gather(job)).keys() == set("89")
    (root(job) / EVERYBODY["7"]).unlink()
    (root(job) / "directory.csv").write_text("id\n" + "".join(f"{id_}\n" for id_ in ZURICH + "678"), "utf-8")
    assert without(stages.gather(job)).keys() == set("78")


def test_a_refresh_of_some_is_measured_by_the_company(job: Job) -> None:
    """One person who is named may have lost their photo; a whole office may not."""
    had(job, "20260101-000000")
    emptied(root(job) / "photos/munich")
    assert len(without(stages.gather(job.model_copy(update={"only": ("6", "7")})))) == 2
    with pytest.raises(ConfigError, match="4 of the 10 people"):
        stages.gather(job.model_copy(update={"only": tuple(MUNICH)}))


def test_photos_that_may_not_be_read_are_not_lost(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told as such, and nobody is asked for another one."""
    had(job, "20260101-000000")
    real = folder.disk.read

    def refused(place: Path, file: str) -> bytes:
        if "munich" in file:
            raise PermissionError(13, "Permission denied")
        return real(place, file)

    monkeypatch.setattr(folder.disk, "read", refused)
    assert set(without(stages.gather(job)).values()) == {"photo.unreadable"}


def test_a_photo_that_a_source_does_not_answer_for_is_not_missing(tmp_path: Path) -> None:
    """It is written down that it could not be had; the next time it is asked for, and what was here stays."""
    away = ["2"]

    def photos(wanted: object) -> Iterator[Fetched]:
        for key, _ in wanted:  # type: ignore[attr-defined]
            if key in away:
                raise OutsideError("2.jpg is not there any more")
            yield Fetched(key, jpeg(int(key)), "a")

    page = Page([Entry(key, {}, "a") for key in "123"])
    source = Source("hr", lambda _: iter([page]), photos)
    with closing(Memory(tmp_path / "hr.db")) as memory:
        sync(source, memory, Vault(tmp_path / "vault"), 0.2)
        told = {one.key: (bool(one.digest), one.note, one.reason) for one in memory.people()}
        assert told == {
            "1": (True, "", ""),
            "2": (False, "2.jpg is not there any more", AWAY),
            "3": (True, "", ""),
        }
        away.clear()
        sync(source, memory, Vault(tmp_path / "vault"), 0.2)
        assert all(one.digest and not one.note for one in memory.people())
        newer = replace(source, pages=lambda _: iter([Page([Entry(key, {}, "b") for key in "123"])]))
        away.append("2")
        sync(newer, memory, Vault(tmp_path / "vault"), 0.2)
        assert all(one.digest and not one.note for one in memory.people())
