"""A small company of real photographs, the command as a process, and what a finished run says."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).parents[1]
TABLES = ("employees", "photos", "renders", "readings", "verdicts")


def congress(shared: Path, people: int) -> list[str]:
    """Return the ids of the first so many people."""
    with (shared / "congress/directory.csv").open(encoding="utf-8") as file:
        return [row["id"] for row in csv.DictReader(file)][:people]


@dataclass(frozen=True)
class Company:
    """A source folder that the test may change, and a home."""

    source: Path
    home: Path

    def hire(self, *people: tuple[str, str]) -> None:
        """Add people with an id and the name of their photo ("" for none) to the directory."""
        directory = self.source / "directory.csv"
        if not directory.is_file():
            (self.source / "photos").mkdir(parents=True)
            directory.write_text("id,display_name,photo\n", encoding="utf-8")
        with directory.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows((id_, f"Zoë Nº {id_}", photo) for id_, photo in people)

    def photograph(self, folder: Path, ids: Iterable[str]) -> None:
        """Add people with their photos from a folder of photos named by id."""
        for id_ in ids:
            self.hire((id_, f"photos/{id_}.jpg"))
            shutil.copyfile(folder / f"photos/{id_}.jpg", self.source / f"photos/{id_}.jpg")

    def digests(self) -> dict[str, str]:
        """Return the sha256 of every file of the source."""
        files = (file for file in self.source.rglob("*") if file.is_file())
        return {str(f.relative_to(self.source)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}

    def arguments(self, *more: str) -> list[str]:
        """Return the command line of a refresh."""
        return [*COMMAND, "refresh", "--source", str(self.source), "--home", str(self.home), *more]

    def refresh(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Run a refresh to its end."""
        return subprocess.run(
            self.arguments(*more),
            env=environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @property
    def latest(self) -> Path:
        """The newest run."""
        return (self.home / "runs/latest").resolve()

    def run(self) -> dict[str, Any]:
        """Return run.json of the newest run."""
        found: dict[str, Any] = json.loads((self.latest / "run.json").read_text(encoding="utf-8"))
        return found

    def listed(self) -> dict[str, dict[str, str]]:
        """Return portraits.csv of the newest run, by employee."""
        with (self.latest / "portraits.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["employee"]: row for row in csv.DictReader(file)}

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return the tables of the newest run without what may differ between two runs: the seconds."""
        read = {name: pl.read_parquet(self.latest / f"{name}.parquet") for name in TABLES}
        return {name: table.drop("seconds", strict=False) for name, table in read.items()}

    def recipes(self) -> dict[Path, tuple[int, int]]:
        """Return which recipes are finished, with inode and time: written again, one of them differs."""
        files = (self.home / "ledger/recipes").glob("*/*.json")
        return {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in files}


COMMAND = [sys.executable, "-m", "flows.cli"]


def company_of_one(shared: Path, folder: Path) -> Company:
    """Return a company of one official portrait, not refreshed yet."""
    company = Company(folder / "source", folder / "home")
    company.photograph(shared / "congress", congress(shared, 1))
    return company


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a user who configured nothing of Prefect, with a cache of their own."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    return own | {"XDG_CACHE_HOME": str(ROOT / ".pytest_cache" / "user")} | more


def differing(first: dict[str, pl.DataFrame], second: dict[str, pl.DataFrame]) -> list[str]:
    """Return the tables in which two runs say something else of anyone."""
    return [name for name in TABLES if not first[name].equals(second[name])]
