"""A company of real photographs that was refreshed once, whose people then ask for something."""

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from catchlight.company import Company as Newest
from catchlight.company import Person
from catchlight.job import Job
from catchlight.records import Answer, Decision, Verdict
from catchlight.register import Register, now
from catchlight.runs import run_folder

PRESET = """
title = "Small"
[background]
kind = "gradient"
colour = "#f1f3f5"
edge = "#cdd3d9"
[light]
pattern = "loop"
ratio = 2.0
[delivery]
master = 512
"""
TABLES = ("photos", "renders", "readings")


@dataclass(frozen=True)
class Asked:
    """A home folder with a finished run, and its people by id."""

    home: Path

    def people(self) -> dict[str, Person]:
        """Return everyone of the newest run."""
        return dict(Newest(self.home).book().people)

    @property
    def run(self) -> str:
        """The newest run."""
        return run_folder(self.home).name

    def say(self, employee: str, answer: str, tags: str = "", picture: str = "") -> Decision:
        """Let somebody answer about a picture, else about their newest portrait."""
        about = picture or self.people()[employee].portrait.picture
        said = Decision(employee, about, answer, employee, now(), tags=tags)
        register = Register(self.home / "register.db")
        register.decide([said])
        register.close()
        return said

    def retry(self, **tags: str) -> None:
        """Let people (by id) ask for another try with these reasons."""
        for employee, given in tags.items():
            self.say(employee, Answer.RETRY, given)

    def reading(self, employee: str, check: str) -> float:
        """Return what a check measured on somebody's newest portrait."""
        rows = self.table("readings").filter(employee=employee, check=check)
        return float(rows["value"][0])

    def table(self, name: str, run: str = "latest") -> pl.DataFrame:
        """Return a table of a run."""
        return pl.read_parquet(run_folder(self.home, run) / f"{name}.parquet")

    def verdict(self, employee: str) -> Verdict:
        """Return what the judge says of somebody's newest portrait."""
        found = self.people()[employee].portrait.verdict
        assert found
        return found

    def files(self) -> set[Path]:
        """Return every file of the vault."""
        return {file for file in (self.home / "vault").rglob("*") if file.is_file()}


def refresh(job: Job) -> Path:
    """Refresh without Prefect."""
    from flows import session, stages  # noqa: PLC0415  loads what developing needs

    with session.session(job) as begun:
        return stages.straight(begun)


def job_of(root: Path, photos: dict[str, list[Path]]) -> Job:
    """Write a source folder in which each id has these photos, and a preset of small portraits."""
    source = root / "source"
    (source / "photos").mkdir(parents=True)
    rows = []
    for employee, files in photos.items():
        for number, file in enumerate(files):
            name = f"photos/{employee}_{number}{file.suffix}"
            shutil.copyfile(file, source / name)
        rows.append([employee, f"Zoë Nº {employee}"])
    with (source / "directory.csv").open("w", encoding="utf-8", newline="") as table:
        csv.writer(table).writerows([["id", "display_name"], *rows])
    (root / "small.toml").write_text(PRESET, encoding="utf-8")
    return Job(source=source, home=root / "home", preset=str(root / "small.toml"))


def copy_of(company: Asked, root: Path) -> Asked:
    """Return the same company in a folder of its own."""
    shutil.copytree(company.home, root / "home", symlinks=True)
    return Asked(root / "home")
