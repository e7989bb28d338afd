"""What it costs to have pictures made by workers, beside a bare loop in one process, and whether all give the same.

    python benchmarks/workers.py FOLDER [--people 24] [--ways loop one two dask ray] [--output FILE]

FOLDER holds directory.csv and photos/, as ``catchlight refresh --source`` takes it; people are repeated, each with bytes of
their own, until there are enough. The loop calls the studio's ``develop`` for one person after the other in a process that
is warm. The others are whole commands into fresh homes: one worker, two workers, Dask and Ray with two. Told are seconds,
processor seconds by ``run.json``, the largest process (MB, on the way and at the end: flat is flat), and whether pictures,
readings and verdicts are those of the loop, and nobody was developed twice.

Overhead is what a command's processor seconds are beyond the loop's; clocks say more about a machine that does nothing else.
Bar: 10 % for 2,000 people.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

WAYS = {
    "one": ("--workers", "1"),
    "two": ("--workers", "2"),
    "dask": ("--workers", "2", "--runner", "dask"),
    "ray": ("--workers", "2", "--runner", "ray"),
}
ROOT = Path(__file__).parents[1]


def numbered(jpeg: bytes, number: int) -> bytes:
    """Return a JPEG with a comment of its own: other bytes, the same picture."""
    note = f"copy {number}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:]


def repeat(folder: Path, people: int, to: Path) -> Path:
    """Write a company of so many people, from those of a folder again and again."""
    (to / "photos").mkdir(parents=True)
    with (folder / "directory.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["photo"].lower().endswith((".jpg", ".jpeg"))]
    with (to / "directory.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "photo"))
        for number in range(people):
            row = rows[number % len(rows)]
            name = f"{row['id']}-{number // len(rows)}"
            (to / f"photos/{name}.jpg").write_bytes(
                numbered((folder / row["photo"]).read_bytes(), number // len(rows))
            )
            out.writerow((name, f"photos/{name}.jpg"))
    return to


def loop(source: Path, home: Path) -> dict[str, Any]:
    """Develop everybody in this process; keep what came out where the others' results are looked for."""
    from catchlight import darkroom_worker, ledger  # noqa: PLC0415
    from catchlight.cost import spent  # noqa: PLC0415
    from catchlight.develop import develop  # noqa: PLC0415
    from catchlight.job import Job  # noqa: PLC0415
    from catchlight.records import Reading, Render  # noqa: PLC0415
    from flows import stages  # noqa: PLC0415
    from flows.session import bench_of  # noqa: PLC0415

    job = Job(source=source, home=home)
    darkroom_worker.set_up(bench_of(job), os.getppid())
    darkroom_worker.warm()
    room = darkroom_worker._room  # noqa: SLF001  as a worker has it
    plan = stages.gather(job)
    orders = [order for shard in plan.shards().values() for order in shard]
    began, used, done, early = time.perf_counter(), spent(), [], 0
    for number, order in enumerate(orders):
        done.append(develop(order, room))  # type: ignore[arg-type]
        early = _peak() if number == len(orders) // 4 else early
    told = {
        "seconds": time.perf_counter() - began,
        "cpu": spent() - used,
        "early_mb": early,
        "peak_mb": _peak(),
    }
    renders = ledger.table(Render, [one.render for one in done]).sort("employee")
    readings = ledger.table(Reading, [row for one in done for row in one.readings]).sort("employee", "check")
    ledger.write(home / "renders.parquet", renders)
    ledger.write(home / "readings.parquet", readings)
    return told


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def command(way: str, source: Path, home: Path, shard_size: int) -> dict[str, Any]:
    """Refresh by a command; look once a second how large its processes are."""
    words = [
        "refresh",
        "--source",
        str(source),
        "--home",
        str(home),
        "--shard-size",
        str(shard_size),
        *WAYS[way],
    ]
    began, sizes = time.perf_counter(), []
    with (home.parent / f"{way}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *words], cwd=ROOT, stdout=log, stderr=log
        )
        while process.poll() is None:
            sizes.append(_largest(process.pid))
            time.sleep(1)
    if process.returncode not in {0, 1}:
        raise SystemExit((home.parent / f"{way}.log").read_text())
    run = json.loads((home / "runs/latest/run.json").read_bytes())
    return {
        "seconds": time.perf_counter() - began,
        "cpu": run["cost"]["cpu_seconds"],
        "early_mb": max(sizes[len(sizes) // 4 : len(sizes) // 2] or [0]),
        "peak_mb": max(sizes),
    }


def _largest(pid: int) -> int:
    """Return the resident MB of the largest process of a family."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        own = next(
            (int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0
        )
        tasks = [task.read_text().split() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return 0
    return max([own, *(_largest(int(child)) for task in tasks for child in task)])


def alike(home: Path, of: Path) -> list[str]:
    """Return in what a run differs from the loop; who was developed twice is among it."""
    run = home / "runs/latest"
    found = []
    for name in ("renders", "readings"):
        theirs, ours = (
            pl.read_parquet(folder / f"{name}.parquet").drop("seconds", strict=False) for folder in (run, of)
        )
        if name == "readings":
            theirs, ours = (table.filter(pl.col("check") != "photo_age") for table in (theirs, ours))
        if not theirs.equals(ours):
            found.append(name)
    recipes = len(list((home / "ledger/recipes").glob("*/*.json")))
    if recipes != pl.read_parquet(run / "renders.parquet").height:
        found.append(f"{recipes} recipes")
    return found


def main() -> None:
    """Measure and tell."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--people", type=int, default=24)
    options.add_argument("--shard-size", type=int, default=0, help="0: a quarter of the people")
    options.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = repeat(asked.folder, asked.people, Path(folder) / "source")
        bare = Path(folder) / "loop"
        code = f"import json, pathlib, workers; print(json.dumps(workers.loop(pathlib.Path({str(source)!r}), pathlib.Path({str(bare)!r}))))"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parent,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found["loop"] = dict(json.loads(done.stdout.splitlines()[-1]))
        for way in asked.ways:
            size = asked.shard_size or max(1, asked.people // 4)
            found[way] = command(way, source, Path(folder) / way, size)
            found[way] |= {"differs": alike(Path(folder) / way, bare)}
    print(f"{asked.people} people, load {os.getloadavg()[0]:.1f}")
    for way, row in found.items():
        beyond = 100 * (row["cpu"] / found["loop"]["cpu"] - 1)
        told = ", ".join(row.get("differs", [])) or "same"
        print(
            f"{way:6}{row['seconds']:9.1f} s{row['cpu']:9.1f} CPU s{beyond:+7.1f} %"
            f"{row['early_mb']:7} → {row['peak_mb']} MB  {told}"
        )
    if asked.output:
        asked.output.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
