"""Photos of one person in several systems are compared by their faces only where that is allowed."""

import csv
from pathlib import Path

import pytest

from catchlight.job import Job
from flows import gathering

RIGHT = {"1": "A000148", "2": "A000370", "3": "C001066"}
WRONG = {"1": "E000246", "2": "G000586", "3": "C001066"}
TRUST = """
[jurisdictions.US]
biometric_check = "nothing"
[jurisdictions."*"]
biometric_check = "yes"
"""


def _write(folder: Path, shared: Path, photos: dict[str, str]) -> None:
    (folder / "photos").mkdir(parents=True)
    with (folder / "directory.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "employee_number", "country", "photo"))
        for id_, name in photos.items():
            (folder / f"photos/{id_}.jpg").write_bytes((shared / f"congress/photos/{name}.jpg").read_bytes())
            table.writerow((id_, id_, "DE" if id_ == "2" else "US", f"photos/{id_}.jpg"))


@pytest.fixture
def job(shared: Path, tmp_path: Path) -> Job:
    """Return three people in two systems, which show somebody else of the first two; a yes is needed of one of these."""
    _write(tmp_path / "hr", shared, RIGHT)
    _write(tmp_path / "board", shared, WRONG)
    (tmp_path / "home").mkdir()
    (tmp_path / "home/trust.toml").write_text(TRUST)
    (tmp_path / "job.toml").write_text(
        f'faces = "dlib_resnet"\n[sources.hr]\nkind = "folder"\nroot = "{tmp_path}/hr"\n'
        f'[sources.board]\nkind = "folder"\nroot = "{tmp_path}/board"\njoin = ["employee_number"]\n'
    )
    return Job(source=tmp_path / "job.toml", home=tmp_path / "home")


def test_nobody_is_compared_without_the_yes_that_it_needs(job: Job) -> None:
    """Whose faces may not be compared is named for somebody to look at; the others' wrong photos are found."""
    found = gathering.read(job)
    told = {finding.kind: finding.sentence for finding in found.findings}
    assert told["photos_disagree"].startswith("1: hr and board have photos of different people")
    assert (
        "Photos of 1 person differ between systems (2), and their faces were not compared"
        in (told["faces_not_compared"])
    )
    assert "somebody has to look" in told["faces_not_compared"]
    assert {photo.employee for photo in found.photos if not photo.note} == {"2", "3"}


def test_what_is_known_of_people_is_for_this_account(job: Job) -> None:
    """Names and addresses that the systems told are not for everybody who has an account on this machine."""
    gathering.read(job)
    assert (job.home / "sources").stat().st_mode & 0o007 == 0
