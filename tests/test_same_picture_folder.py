"""The very same picture of two people in a plain folder: nobody gets it, as with a job of that folder."""

from contextlib import closing
from pathlib import Path

import pytest

from catchlight.desk import open_register
from catchlight.job import Job
from catchlight.plan import Plan
from catchlight.records import Answer, Decision
from catchlight.register import now
from connectors import folder
from flows import stages
from tests.source_worlds import jpeg


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Return a folder in which 1 and 2 have the very same picture, and 3 and 4 have their own."""
    source = tmp_path / "people"
    (source / "photos").mkdir(parents=True)
    (source / "directory.csv").write_text("id,name\n1,Anna\n2,Berta\n3,Carl\n4,Dora\n")
    for id_, number in (("1", 1), ("2", 1), ("3", 3), ("4", 4)):
        (source / f"photos/{id_}.jpg").write_bytes(jpeg(number))
    return source


def gathered(source: Path, only: tuple[str, ...] = ()) -> Plan:
    """Read the folder, as a refresh does."""
    return stages.gather(Job(source=source, home=source.parent / "home", only=only))


def pictured(plan: Plan) -> list[str]:
    """Return who has a photo in a plan."""
    return [one.employee for one in plan.photos()]


def told(plan: Plan) -> list[str]:
    """Return what is told of shared pictures."""
    return [one["sentence"] for one in plan.findings if one["kind"] == "shared_photo"]


def test_nobody_gets_a_picture_that_is_there_twice(company: Path) -> None:
    """It is told in the words of a job; everyone else goes on."""
    plan = gathered(company)
    assert pictured(plan) == ["3", "4"]
    assert told(plan) == [
        "2 people have the very same picture: 1 (photos/1.jpg), 2 (photos/2.jpg); nobody gets it."
    ]


def test_one_of_them_alone_does_not_get_it_either(company: Path) -> None:
    """Who is refreshed makes no difference to whose a picture is."""
    plan = gathered(company, ("1", "3"))
    assert pictured(plan) == ["3"]
    assert told(plan)


def test_the_photo_of_whoever_said_no_is_not_read_for_it(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """«Do not process my photo» holds for comparing, too."""
    gathered(company)
    with closing(open_register(company.parent / "home")) as register:
        register.add([Decision("2", "", Answer.REFUSE, "2", now())])
    read: list[str] = []
    fetch = folder.fetch
    monkeypatch.setattr(
        folder, "fetch", lambda settings, photo: read.append(photo.file) or fetch(settings, photo)
    )
    assert pictured(gathered(company)) == ["1", "3", "4"]
    assert "photos/2.jpg" not in read


def test_a_job_remembers_whose_a_picture_is_too(company: Path) -> None:
    """Once both were read, neither gets it when one of them alone is refreshed; who said no is not compared."""
    job = company.parent / "job.toml"
    job.write_text(f'[sources.hr]\nkind = "folder"\nroot = "{company}"\n')
    assert pictured(gathered(job)) == ["3", "4"]
    plan = gathered(job, ("1", "3"))
    assert pictured(plan) == ["3"]
    assert told(plan)
    with closing(open_register(company.parent / "home")) as register:
        register.add([Decision("2", "", Answer.REFUSE, "2", now())])
    assert pictured(gathered(job, ("1", "3"))) == ["1", "3"]


def test_copies_of_ones_own_are_nobody_elses(company: Path) -> None:
    """Whatever else is as large as they are; with a copy of another's, that is told of the two people."""
    photos = company / "photos"
    for file, number in (("1", 1), ("1_2", 1), ("2", 2)):
        (photos / f"{file}.jpg").write_bytes(jpeg(number).ljust(9_000, b"\0"))
    plan = gathered(company)
    assert (set(pictured(plan)), told(plan)) == ({"1", "2", "3", "4"}, [])
    (photos / "2.jpg").write_bytes((photos / "1.jpg").read_bytes())
    plan = gathered(company)
    assert pictured(plan) == ["3", "4"]
    assert told(plan)[0].startswith(
        "2 people have the very same picture: 1 (photos/1.jpg), 1 (photos/1_2.jpg), 2"
    )
