"""A worker that stays warm between two runs, or two photos, has the preset's pictures in memory: another file, another worker."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from catchlight import backdrop, upload
from catchlight.config import load_preset
from catchlight.job import Job
from catchlight.look import Look
from catchlight.plan import Plan
from catchlight.vault import Vault
from flows.session import bench_of

JOB = """preset = "house"
[sources.hr]
kind = "folder"
root = "{root}"
[[groups]]
preset = "{root}/own.toml"
country = ["CH"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a preset with a red wall behind people."""
    text = 'title = "Own"\n[background]\nkind = "image"\nimage = "wall.png"\n'
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    _paint(tmp_path / "wall.png", "red")
    return tmp_path / "own.toml"


def _paint(wall: Path, colour: str) -> None:
    Image.new("RGB", (64, 64), colour).save(wall)


def test_a_worker_keeps_the_picture_that_it_read(own: Path) -> None:
    """It is decoded once for everybody, so that the rest of a run looks like its beginning."""
    before = backdrop.render(load_preset(str(own)).background, 64, 64)
    _paint(own.with_name("wall.png"), "blue")
    assert (backdrop.render(load_preset(str(own)).background, 64, 64) == before).all()


def test_a_run_after_another_picture_takes_another_worker(own: Path, tmp_path: Path) -> None:
    """On a cluster that stays, a person would get the old wall in a portrait that is kept as one of the new look."""
    (tmp_path / "job.toml").write_text(JOB.format(root=tmp_path), encoding="utf-8")
    jobs: list[dict[str, Any]] = [
        {"preset": str(own), "source": tmp_path},
        {"source": tmp_path / "job.toml"},
    ]
    before = [bench_of(Job(home=tmp_path / "home", **job)) for job in jobs]
    assert [bench_of(Job(home=tmp_path / "home", **job)) for job in jobs] == before
    _paint(own.with_name("wall.png"), "blue")
    for job, bench in zip(jobs, before, strict=True):
        assert bench_of(Job(home=tmp_path / "home", **job)) != bench


@pytest.mark.parametrize("group", [False, True])
def test_a_photo_that_is_sent_after_another_picture_takes_another_worker(
    own: Path, tmp_path: Path, *, group: bool
) -> None:
    """Also where the picture is that of a group."""
    scratch = Vault(tmp_path / "scratch")

    def bench() -> object:
        job = Job(source=tmp_path, home=tmp_path / "home", preset="house" if group else str(own))
        groups = {str(own): Look("")} if group else {}
        return upload._bench(Plan("r1", job, Look(""), "2026-11-29", (), groups=groups), scratch)

    before = bench()
    assert bench() == before
    _paint(own.with_name("wall.png"), "blue")
    assert bench() != before
