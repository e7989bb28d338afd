"""A dry run leaves nobody's photo in the home; one that a killed run left in the vault goes after its term."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catchlight import ledger
from catchlight.home import Home, write_json
from catchlight.job import Job
from catchlight.records import Answer, Decision, Photo, Receipt
from catchlight.register import Register
from catchlight.storeroom import SCRATCH, scratch, storeroom_of
from flows import gathering, stages
from flows.purging import purge_home
from flows.rehearsal import rehearse
from tests.source_worlds import jpeg

DAY = timedelta(days=2)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Return a folder of two people."""
    folder = tmp_path / "people"
    (folder / "photos").mkdir(parents=True)
    for number in (1, 2):
        (folder / f"photos/{number}.jpg").write_bytes(jpeg(number))
    (folder / "directory.csv").write_text("id,photo\n1,photos/1.jpg\n2,photos/2.jpg\n", "utf-8")
    return folder


@pytest.fixture
def drop(people: Path) -> Path:
    """Return a job file whose only source is that folder."""
    job = people.parent / "job.toml"
    job.write_text(f'[sources.hr]\nkind = "folder"\nroot = "{people}"\n', "utf-8")
    return job


def _pictures(home: Path) -> set[str]:
    files = (file for file in home.rglob("*") if file.is_file())
    return {file.name for file in files if file.read_bytes().startswith(b"\xff\xd8\xff")}


def test_a_dry_run_of_a_folder_leaves_no_photo(people: Path, tmp_path: Path) -> None:
    """It counts whom a run would render, before a photo is kept and after."""
    job = Job(source=people, home=tmp_path / "home")
    assert rehearse(job).sentence.startswith("2 people; 2 would be rendered")
    assert _pictures(job.home) == set()
    assert not (job.home / SCRATCH).exists()
    kept = stages.gather(job).photos()
    assert rehearse(job).waiting == 2
    assert all(Home(job.home).vault.has(photo.digest) for photo in kept)


def test_a_dry_run_of_a_job_file_remembers_no_photo_that_is_not_there(drop: Path, tmp_path: Path) -> None:
    """The run that follows fetches them: nothing told it that they are here."""
    job = Job(source=drop, home=tmp_path / "home")
    with scratch(job.home) as room:
        rehearsed = gathering.read(job, room).photos
    assert all(photo.digest for photo in rehearsed)
    assert _pictures(job.home) == set()
    assert gathering.read(job).photos == rehearsed
    assert all(Home(job.home).vault.has(photo.digest) for photo in rehearsed)


def test_a_dry_run_knows_what_is_there_and_archives_nothing(drop: Path, tmp_path: Path) -> None:
    """Photos of the home are read from there; a drop keeps its files until they are safely here."""
    job = Job(source=drop, home=tmp_path / "home")
    known = gathering.read(job).photos
    with scratch(job.home) as room:
        assert not room.kept
        assert gathering.read(job, room).photos == known
        assert not (room.root / "vault").exists()
        assert room.vault.get(known[0].digest)
    assert storeroom_of(job.home).kept


def _purged(home: Path) -> int:
    return {one.kind: one.count for one in purge_home(home, at=datetime.now(UTC) + DAY)}["orphans"]


def test_a_photo_that_nothing_refers_to_goes_after_its_term(tmp_path: Path) -> None:
    """Not before: a run may be just about to write it down. What a killed dry run left goes, too."""
    home = tmp_path / "home"
    lost = Home(home).vault.put(jpeg(1))
    (home / SCRATCH / "vault/ab").mkdir(parents=True)
    (home / SCRATCH / "vault/ab" / ("c" * 62)).write_bytes(jpeg(2))
    assert {one.count for one in purge_home(home) if one.kind == "orphans"} == {0}
    assert _purged(home) == 2
    assert not Home(home).vault.has(lost)
    assert _pictures(home) == set()


def _in_a_plan(home: Path, digest: str) -> None:
    file = home / "ledger/20260101-000000" / ledger.file_name(Photo)
    ledger.write(file, ledger.table(Photo, [Photo("1", "1.jpg", digest)]))


def _in_the_register(home: Path, digest: str) -> None:
    register = Register(home / "register.db")
    register.note([Receipt("folder:x", "1", "1.jpg", digest, "", "", "", "r")])
    register.close()


def _in_an_answer(home: Path, digest: str) -> None:
    register = Register(home / "register.db")
    register.decide([Decision("1", digest, Answer.APPROVE, "1", "2026-01-01T00:00:00+00:00")])
    register.close()


def _in_a_recipe(home: Path, digest: str) -> None:
    write_json(home / "ledger/recipes/ab/cd.json", {"render": {"photo": digest}})


def _in_a_source(home: Path, digest: str) -> None:
    (home / "sources").mkdir()
    with sqlite3.connect(home / "sources/hr.db") as store:
        store.execute("create table people (key text, fields text, digest text)")
        store.execute("insert into people values ('1', '{}', ?)", (digest,))


@pytest.mark.parametrize("tell", [_in_a_plan, _in_the_register, _in_an_answer, _in_a_recipe, _in_a_source])
def test_a_photo_that_anything_refers_to_stays(tmp_path: Path, tell: Callable[[Path, str], None]) -> None:
    """A plan that waits to be resumed, what was sent to a place, an answer, a known recipe, a source's memory."""
    home = tmp_path / "home"
    kept = Home(home).vault.put(jpeg(1))
    tell(home, kept)
    assert _purged(home) == 0
    assert Home(home).vault.has(kept)
