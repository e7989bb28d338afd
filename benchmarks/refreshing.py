"""What the benchmarks share: a refresh of some people as a process of its own, and what its run says."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).parents[1]
os.environ.setdefault("CATCHLIGHT_MODELS", str(ROOT / ".models"))
CORES = len(os.sched_getaffinity(0))


def people_of(folder: Path, count: int) -> list[str]:
    """Return the ids of the first so many people whose photo is there, by file name."""
    with (folder / "directory.csv").open(encoding="utf-8-sig", newline="") as file:
        photos = {row["photo"]: row["id"] for row in csv.DictReader(file)}
    return [photos[name] for name in sorted(photos) if (folder / name).is_file()][:count]


def refresh(folder: Path, home: Path, ids: list[str]) -> dict[str, Any]:
    """Refresh these people with the whole command; return its wall seconds and what the run says."""
    command = [sys.executable, "-m", "flows.cli", "refresh", "--source", str(folder), "--home", str(home)]
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
