"""``catchlight demo``: what somebody sees in the first minute."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.refreshed_company import COMMAND, ROOT, Company, congress, environment

pytestmark = pytest.mark.slow


def demo(home: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end."""
    command = [*COMMAND, "demo", "--home", str(home), *more]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )


def test_the_demo_shows_all_three_outcomes_and_what_to_do_next(tmp_path: Path) -> None:
    """Nine people: some accepted, some to look at, and two whose photo cannot be used are told why."""
    home = tmp_path / "home"
    done = demo(home)
    assert done.returncode == 0, done.stderr
    company = Company(home / "demo-company", home)
    listed = company.listed()
    assert len(listed) == 9
    assert {row["outcome"] for row in listed.values()} == {"accept", "review", "retake"}
    for id_ in ("0008", "0009"):
        assert listed[id_]["outcome"] == "retake"
        assert listed[id_]["sentences"].endswith(".")
    said = " ".join(done.stdout.split())
    assert str(company.latest / "contact_sheet.html") in said
    assert f"catchlight review import answers-{company.latest.resolve().name}.csv --home {home}" in said


def test_a_second_demo_renders_nobody(tmp_path: Path, shared: Path) -> None:
    """A folder of one's own without a list works too; run again, everyone is known already."""
    photos, home = tmp_path / "photos", tmp_path / "home"
    photos.mkdir()
    ids = congress(shared, 2)
    for id_ in ids:
        shutil.copyfile(shared / f"congress/photos/{id_}.jpg", photos / f"{id_}.jpg")
    company = Company(photos, home)
    for rendered in (2, 0):
        done = demo(home, "--photos", str(photos))
        assert done.returncode == 0, done.stderr
        assert company.run()["counts"]["rendered"] == rendered
        assert set(company.listed()) == set(ids)
    assert sorted(file.name for file in photos.iterdir()) == sorted(f"{id_}.jpg" for id_ in ids)


def test_ones_own_photos_after_the_demo_company_are_no_list_that_was_cut(
    tmp_path: Path, shared: Path
) -> None:
    """The README's two first commands share a home: nobody of the company before is expected in it."""
    home, ids = tmp_path / "home", congress(shared, 3)
    for folder, some in ((tmp_path / "first", ids[:2]), (tmp_path / "second", ids[2:])):
        folder.mkdir()
        for id_ in some:
            shutil.copyfile(shared / f"congress/photos/{id_}.jpg", folder / f"{id_}.jpg")
        done = demo(home, "--photos", str(folder))
        assert done.returncode == 0, done.stderr
        assert set(Company(folder, home).listed()) == set(some)
