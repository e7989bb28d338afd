"""A refresh and a publish plan of a very large company, without picture work: what the rest costs.

    python benchmarks/scale.py [--people 1000 10000 100000] [--folder DIR] [--output FILE]

The code is the product's own, from the directory on disk to the plan of what would be published: reading the list and
the photos, the plan and its shards, leases, workers in processes of their own, recipes, vault, tables, judging, portraits
as files, contact sheets, everybody's yes, the publication plan. Only the developing is made up (the ``work`` of
``catchlight.darkroom.Darkroom``): each person gets a small JPEG of their own, two thumbnails, and a value for every check,
drawn from a distribution within its limits. Each size runs in a process of its own; memory is the highest of that process,
and of the largest worker. A disk that takes long to sync makes figures of the disk; ``--folder /dev/shm`` leaves it out.

Bars: 2 GB of memory; seconds a person at most 20 % more for 100,000 people than for 1,000.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from made_up import SIDE, Synthetic, hire

from catchlight import ledger
from catchlight.cost import noted_cpu
from catchlight.desk import open_desk, open_register
from catchlight.home import Home
from catchlight.job import Job
from catchlight.publish_plan import write_plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Render
from catchlight.register import now
from flows import session as sessions
from flows import stages
from flows.destinations import folder_place


class Watch:
    """Seconds of each stage, and the memory at its end."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.memory: dict[str, int] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count a stage."""
        began, used = time.perf_counter(), time.process_time()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0) + time.perf_counter() - began
        self.cpu[stage] = self.cpu.get(stage, 0) + time.process_time() - used
        self.memory[stage] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    def wrap(self, owner: object, name: str, stage: str) -> None:
        """Count every call of a function of the product as a stage."""
        plain: Callable[..., object] = getattr(owner, name)

        def counted(*given: object, **named: object) -> object:
            with self.of(stage):
                return plain(*given, **named)

        setattr(owner, name, counted)


def refresh(root: Path, watch: Watch, shard_size: int) -> Path:
    """Refresh the company as the command does, without Prefect."""
    sessions.Darkroom = Synthetic  # type: ignore[misc]
    for owner, name, stage in (
        (stages, "gather", "gather, plan"), (stages, "develop", "shards"), (stages.results, "tabulate", "judge"), (stages.results, "lay_out", "lay out"),
        (stages.results, "summarise", "figures"), (stages.results, "list_spoilers", "figures"),
        (stages.results, "compare_thirds", "figures"), (stages.sheet, "write", "contact sheet"),
    ):  # fmt: skip
        watch.wrap(owner, name, stage)
    job = Job(source=root / "source", home=root / "home", shard_size=shard_size)
    with watch.of("(the whole refresh, with its start)"), sessions.session(job) as begun:
        return stages.straight(begun)


def publish(root: Path, watch: Watch) -> None:
    """Approve everybody and draw up what would be published to a folder."""
    home, run = root / "home", (root / "home/runs/latest").resolve()
    with watch.of("answers"):
        renders = ledger.records(Render, stages.ledger.pl.read_parquet(run / "renders.parquet"))
        register = open_register(home)
        register.decide([Decision(r.employee, r.picture, Answer.APPROVE, r.employee, now()) for r in renders])
        register.close()
    (root / "out").mkdir()
    with watch.of("publish plan"):
        desk = open_desk(home, folder_place(root / "out", home))
        write_plan(home, draw(desk, run.name, [str(SIDE)]))


def size_of(folder: Path) -> float:
    """Return the megabytes of a file, or of all files below a folder."""
    files = [folder] if folder.is_file() else [file for file in folder.rglob("*") if file.is_file()]
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


def measure(root: Path, people: int, shard_size: int) -> dict[str, Any]:
    """Do all of it once; return seconds, memory in MB and sizes in MB."""
    watch, home = Watch(), Home(root / "home")
    with watch.of("(directory written)"):
        hire(root / "source", people)
    folder = refresh(root, watch, shard_size)
    publish(root, watch)
    counts = json.loads((folder / "run.json").read_bytes())["counts"]
    if counts["people"] != people or counts["rendered"] != people:
        raise SystemExit(f"not everybody was developed: {counts}")
    seconds = watch.seconds
    whole, cpu = (sum(v for k, v in each.items() if not k.startswith("(")) for each in (seconds, watch.cpu))
    workers = noted_cpu(home.ledger(folder.name))
    return {
        "people": people,
        "seconds": {stage: round(taken, 2) for stage, taken in seconds.items()},
        "cpu": {stage: round(taken, 2) for stage, taken in watch.cpu.items()},
        "workers_cpu": round(workers, 2),
        "whole": round(whole, 1),
        "ms_per_person": round(1000 * whole / people, 2),
        "cpu_ms_per_person": round(1000 * (cpu + workers) / people, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_mb_by_stage": watch.memory,
        "worker_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "sizes_mb": {
            "register": size_of(home.root / "register.db"),
            "tables": size_of(folder / "readings.parquet"),
            "sheets": round(sum(map(size_of, folder.glob("contact_sheet*.html"))), 1),
            "largest_sheet": max(map(size_of, folder.glob("contact_sheet*.html"))),
            "plan": sum(map(size_of, (home.root / "publish").glob("*.json"))),
        },
        "load": os.getloadavg()[0],
    }


def alone(root: Path, people: int, shard_size: int) -> dict[str, Any]:
    """Measure in a process of its own, so that its memory is its own."""
    code = f"import json, pathlib, scale; print(json.dumps(scale.measure(pathlib.Path({str(root)!r}), {people}, {shard_size})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def tell(found: list[dict[str, Any]]) -> None:
    """Print a table: a row a stage, by the clock and in processor seconds of the main process; a column a size."""
    print(f"{'ms a person: clock, processor':38}" + "".join(f"{one['people']:>18,}" for one in found))
    for stage in found[0]["seconds"]:
        cells = [[1000 * one[kind][stage] / one["people"] for kind in ("seconds", "cpu")] for one in found]
        print(f"{stage:38}" + "".join(f"{clock:10.2f}{cpu:8.2f}" for clock, cpu in cells))
    print(f"{'workers':38}" + "".join(f"{1000 * one['workers_cpu'] / one['people']:18.2f}" for one in found))
    for key in ("ms_per_person", "cpu_ms_per_person", "whole", "peak_mb", "worker_mb"):
        print(f"{key:38}" + "".join(f"{one[key]:>18,}" for one in found))
    for key in found[0]["sizes_mb"]:
        print(f"{key + ', MB':38}" + "".join(f"{one['sizes_mb'][key]:18.1f}" for one in found))


def main() -> None:
    """Measure and tell."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--people", type=int, nargs="+", default=[1000, 10_000, 100_000])
    options.add_argument("--shard-size", type=int, default=100)
    options.add_argument("--folder", type=Path, help="where the homes are made, and removed again")
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    found = []
    for people in asked.people:
        with tempfile.TemporaryDirectory(dir=asked.folder, prefix="scale-") as folder:
            found.append(alone(Path(folder), people, asked.shard_size))
    tell(found)
    if asked.output:
        asked.output.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
