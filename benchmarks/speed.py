"""Seconds a person: the peer (plain.py) and Catchlight on the same photos, in turn, best of each.

    python benchmarks/speed.py FOLDER [--people 20] [--rounds 2] [--output FILE]
    python benchmarks/speed.py FOLDER --megapixels 12 --master 1024

FOLDER holds directory.csv and photos/. Both use as many processes as there are cores. With --megapixels
both read enlarged copies of the photos, as large as a camera makes them; --master is the size of the
portraits of both. Bars for these two: 0.5 s a person at most, 8 times as fast as the peer. Prints a
table; the JSON has everything, also how long each stage takes for one person in one process, warm:
its own time, without the stages inside it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
from large_photos import company
from refreshing import CORES, ROOT, people_of, photo_of, refresh, show
from stages import apart, develop_file, room, table, timed

from catchlight.config import PRESETS, load_preset

_MASTER = 1024  # the peer's default
_SECONDS, _TIMES = 0.5, 8


def peer(folder: Path, people: int, master: int) -> dict[str, float]:
    """Run the peer as a process of its own; return its wall seconds, and those after its warm-up."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(ROOT / "benchmarks/plain.py"), str(folder / "photos"), out]
        options = ["--jobs", str(CORES), "--limit", str(people), "--size", str(master)]
        start = time.perf_counter()
        done = subprocess.run([*command, *options], capture_output=True, check=True)
        wall = time.perf_counter() - start
    return {"wall": wall, "warm": json.loads(done.stdout)["wall_seconds"]}


def ours(folder: Path, people: int, preset: str) -> dict[str, Any]:
    """Refresh into a fresh home."""
    with tempfile.TemporaryDirectory() as scratch:
        run = refresh(folder, Path(scratch) / "home", people_of(folder, people), preset)
    return run | {"warm": run["timings"]["develop"]}


def preset_of(name: str, master: int | None, scratch: Path) -> str:
    """Return a preset whose portraits have this size: a copy of the file, with another master."""
    if not master:
        return name
    words = (PRESETS / f"{name}.toml").read_text(encoding="utf-8")
    if "[delivery]" in words:
        sys.exit(f"preset {name} has its own [delivery]: name one without, such as house")
    copy = scratch / f"{name}.toml"
    copy.write_text(f"{words}\n[delivery]\nmaster = {master}\n", encoding="utf-8")
    return str(copy)


def stages(folder: Path, people: int, preset: str) -> dict[str, float]:
    """Return the seconds of each stage for one person, in one process, with warm engines."""
    cv2.setNumThreads(1)
    files = [photo_of(folder, id_) for id_ in people_of(folder, people)]
    with tempfile.TemporaryDirectory() as scratch, room(load_preset(preset), Path(scratch)) as there:
        develop_file(files[0], there)  # warm
        with timed() as spent:
            all_ = sum(develop_file(file, there).seconds for file in files)
    spent["rest"] = all_ - sum(seconds for stage, seconds in spent.items())
    return {"all": round(all_ / len(files), 4)} | table(spent, len(files))


def compare(folder: Path, people: int, rounds: int, master: int | None, preset: str) -> dict[str, Any]:
    """Run both in turn; return the best of each, in seconds a person, and every turn."""
    turns = []
    for n in range(rounds):
        print(f"round {n + 1} of {rounds}: the peer, then Catchlight", file=sys.stderr)
        turns.append((peer(folder, people, master or _MASTER), ours(folder, people, preset)))
    best = {
        f"{who} {what}": min(turn[n][what] for turn in turns) / people
        for n, who in enumerate(("peer", "catchlight"))
        for what in ("wall", "warm")
    }
    return {"best": best, "turns": turns}


def say(found: dict[str, Any]) -> None:
    """Print the comparison."""
    best = found["best"]
    show([(f"{words}, s a person", f"{seconds:.3f}") for words, seconds in best.items()])
    for what in ("wall", "warm"):
        show([(f"peer / catchlight, {what}", f"{best[f'peer {what}'] / best[f'catchlight {what}']:.2f}")])
    if found["megapixels"] and found["master"]:
        seconds, times = best["catchlight wall"], best["peer wall"] / best["catchlight wall"]
        met = "yes" if seconds <= _SECONDS and times >= _TIMES else "NO"
        show([(f"≤ {_SECONDS} s a person and ≥ {_TIMES} times the peer, wall", met)])
    show([("load average before", f"{found['load']:.1f}")])


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--megapixels", type=float, help="read copies of the photos, enlarged to this")
    parser.add_argument("--master", type=int, help="pixels of the portraits (ours: the preset's; peer: 1024)")
    parser.add_argument("--preset", default="house")
    parser.add_argument("--output", type=Path, help="write everything as JSON into this file")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    asked = options()
    found: dict[str, Any] = {"people": asked.people, "cores": CORES, "load": os.getloadavg()[0]}
    found |= {"megapixels": asked.megapixels, "master": asked.master}
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = asked.folder, Path(name)
        if asked.megapixels:
            print("enlarging the photos", file=sys.stderr)
            folder = company(folder, asked.people, asked.megapixels, scratch / "large")
        preset = preset_of(asked.preset, asked.master, scratch)
        found |= compare(folder, asked.people, asked.rounds, asked.master, preset)
        say(found)
        found["stages"] = apart(stages, folder, asked.people, preset)
    show([(f"  {stage}", f"{seconds:.4f}") for stage, seconds in found["stages"].items()])
    text = json.dumps(found, indent=1)
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
