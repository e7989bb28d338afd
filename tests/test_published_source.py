"""Portraits that we published are nobody's photos: never published among photos, and not taken for photos where they are."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger
from typer.testing import CliRunner, Result

from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.publish_plan import read_plan
from catchlight.publish_planning import draw, file_plan
from connectors import folder
from flows import publish as flow
from flows.commands import publish
from flows.sourced import must_add_nothing
from flows.tasks.publish import plan_publication
from tests.published_company import SIZES, Company, apply, make_company
from tests.source_worlds import jpeg


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of two with a yes each, whose photos came from a folder without a list."""
    company, source = make_company(tmp_path), tmp_path / "people"
    (source / "photos").mkdir(parents=True)
    for id_ in ("a", "b"):
        (source / f"photos/{id_}.jpg").write_bytes(jpeg(ord(id_)))
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    came_from(company, source)
    return company


def came_from(company: Company, source: Path, run: str = "r1") -> None:
    """Let the newest run be one of this source."""
    job = Job(source=source, home=company.home).model_dump(mode="json")
    (company.home / "ledger" / run).mkdir(parents=True, exist_ok=True)
    (company.home / "ledger" / run / "plan.json").write_text(json.dumps({"job": job}), encoding="utf-8")


def planning(company: Company, *words: str) -> Result:
    """Plan a publication."""
    return CliRunner().invoke(publish.app, ["plan", *words], env={"CATCHLIGHT_HOME": str(company.home)})


SAYS = (
    "which photos are read from: the next refresh would take portraits for photos; choose a folder of its own"
)


@pytest.mark.parametrize("inside", ["photos", "."])
def test_nothing_is_published_among_the_photos(company: Company, inside: str) -> None:
    """Neither into the folder, nor one inside it, by command, by a name or by the flow."""
    root = company.home.parent / "people" / inside
    (company.home / "destinations.toml").write_text(f'[wall]\nkind = "folder"\nroot = "{root}"\n', "utf-8")
    for to in (("--to", str(root)), ("--to", "wall"), ()):
        done = planning(company, *to)
        assert done.exit_code == 2
        assert SAYS in done.output
    with disable_run_logger(), pytest.raises(ConfigError, match="would take portraits for photos"):
        flow.publish.fn(str(root), company.home)
    assert not (root / "portraits.csv").exists()


def test_a_folder_of_a_job_file_counts_as_well(company: Company) -> None:
    """And a destination beside the photos is none of them."""
    source = company.home.parent / "people"
    job = company.home.parent / "job.toml"
    job.write_text(f'[sources.hr]\nkind = "folder"\nroot = "{source}"\n', encoding="utf-8")
    came_from(company, job)
    assert SAYS in planning(company, "--to", str(source / "photos")).output
    assert planning(company, "--to", str(company.out)).exit_code == 0


@pytest.fixture
def inside(company: Company) -> Company:
    """Return the company with what it published before anybody minded: among the photos."""
    there = replace(company, out=company.home.parent / "people/wall")
    there.out.mkdir()
    there.publish()
    return there


def test_whoever_left_is_taken_off_among_the_photos(inside: Company) -> None:
    """That alone: who stays is not renewed, and the plan says so."""
    inside.answer(inside.run("r2", {"a": "3"}))
    came_from(inside, inside.home.parent / "people", "r2")
    before = inside.files()
    done = planning(inside, "--to", str(inside.out))
    assert done.exit_code == 0, done.output
    assert re.search(r"taken off, .*: 1 \(b\)", done.output), done.output
    assert f"not renewed: it lies in {inside.home.parent / 'people'}, {SAYS}: 1 (a)" in done.output
    plan = read_plan(plan_publication.fn(inside.desk(), "latest", SIZES))
    must_add_nothing(inside.desk(), plan)
    apply(inside.desk(), plan)
    assert inside.files() == {file: data for file, data in before.items() if "/a." in file}


def test_what_stands_among_the_photos_has_a_way_out(inside: Company) -> None:
    """Where nobody has to be taken off the refusal says how to take off everybody; an older plan adds nothing."""
    done = planning(inside, "--to", str(inside.out))
    assert done.exit_code == 2
    assert f"publish rollback --to {inside.out}" in done.output
    old = file_plan(inside.desk(), draw(inside.desk(), "latest", SIZES))
    with disable_run_logger(), pytest.raises(ConfigError, match="would take portraits for photos"):
        flow.publish.fn(str(inside.out), inside.home, plan=old)
    words = ["rollback", "--to", str(inside.out), "--home", str(inside.home), "--yes"]
    assert CliRunner().invoke(publish.app, words).exit_code == 0
    assert not inside.files()


def test_what_was_published_among_the_photos_is_left_out(company: Company) -> None:
    """By the list beside it, byte by byte: another picture that stands there by now is a photo as any other."""
    company.publish()
    source = company.home.parent / "people"
    before = folder.read(folder.Settings(root=source))
    company.out.rename(source / "photos/wall")
    after = folder.read(folder.Settings(root=source))
    assert (after.employees, after.photos) == (before.employees, before.photos)
    (told,) = [one.sentence for one in after.findings if one.kind == "published_file"]
    assert told.startswith(
        "4 portraits that Catchlight published here are nobody's photos, and left out (photos/wall/192@2x/a.jpg"
    )
    (source / "photos/wall/96/a.jpg").write_bytes(jpeg(3))
    (source / "directory.csv").write_text("id\na\nb\n", "utf-8")
    found = folder.read(folder.Settings(root=source)).photos
    assert [one.file for one in found] == ["photos/a.jpg", "photos/wall/96/a.jpg", "photos/b.jpg"]


def test_a_list_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """``portraits.csv`` is a name that anybody may use, for a list or for nonsense."""
    (tmp_path / "portraits.csv").write_text('file,sha256\n"a.jpg,1', encoding="utf-8")
    (tmp_path / "a.jpg").write_bytes(b"jpeg")
    found = folder.read(folder.Settings(root=tmp_path))
    assert [one.file for one in found.photos] == ["a.jpg"]
    assert "published_file" not in {one.kind for one in found.findings}
