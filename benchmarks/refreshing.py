"""What the benchmarks share: a refresh of some people as a process of its own, and what its run says."""

import csv
import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).parents[1]
os.environ.setdefault("CATCHLIGHT_MODELS", str(ROOT / ".models"))
CORES = len(os.sched_getaffinity(0))


def people_of(folder: Path, count: int | None = None) -> list[str]:
    """Return the ids of the first so many people (all) whose photo is there, by file name."""
    photos = {photo: id_ for id_, photo in _directory(folder).items()}
    return [photos[name] for name in sorted(photos) if (folder / name).is_file()][:count]


def photo_of(folder: Path, id_: str) -> Path:
    """Return the file of a person's photo."""
    return folder / _directory(folder)[id_]


@cache
def _directory(folder: Path) -> dict[str, str]:
    with (folder / "directory.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row["photo"] for row in csv.DictReader(file)}


def refresh(folder: Path, home: Path, ids: list[str], preset: str = "house") -> dict[str, Any]:
    """Refresh these people with the whole command; return its wall seconds and what the run says."""
    command = [sys.executable, "-m", "flows.cli", "refresh", "--source", str(folder), "--home", str(home)]
    command += ["--preset", preset]
    start = time.perf_counter()
    done = subprocess.run([*command, "--only", ",".join(ids)], cwd=ROOT, capture_output=True, check=False)
    wall = time.perf_counter() - start
    if done.returncode == 2:
        sys.exit(done.stderr.decode())
    run = home / "runs/latest"
    found = json.loads((run / "run.json").read_bytes())
    pictures = float(pl.read_parquet(run / "renders.parquet")["seconds"].sum())
    return {
        "wall": wall,
        "pictures": pictures / CORES,
        "timings": found["timings"],
        "counts": found["counts"],
    }


def show(rows: list[tuple[str, str]]) -> None:
    """Print a small table."""
    width = max(len(words) for words, _ in rows)
    for words, value in rows:
        print(f"{words:<{width}}  {value:>10}")
