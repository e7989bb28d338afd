"""How long a plan takes for a large company, and how much memory.

    python benchmarks/publish_plan.py [--people 10000] [--portraits 40] [--folder DIR] [--output FILE]

A disk that takes long to sync makes figures of the disk for cutting; ``--folder /dev/shm`` leaves it out.

A made-up company in which everybody approved, and a folder that shows everybody's old picture in seven sizes. Told are, each
in a process of its own, the seconds and the peak of memory of

* cutting the files, as a refresh does at its end (``cut ahead``), on small portraits so that disk and tables count;
* ``catchlight publish plan``, the whole command with its page: the first after that refresh, a second one, and of half as
  many people: memory that grows with people, but not with their pictures, is flat; and one of a single size;
* the plan of a company for which nothing was cut ahead (an older version's refresh), of a tenth of the people;
* cutting portraits of 2048 pixels, a person, on the clock and of the processor: in the seven usual sizes, and in three.

The peer, in the same run, is the least that a script could do: read and hash each old picture, and write JSON.

Bars: 10 s for the first plan of 10,000 people after a refresh; less than 100 MB more memory than for half of them.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from skimage import data

from catchlight import ledger, pixels
from catchlight.delivery import STANDARD
from catchlight.home import Home
from catchlight.records import Answer, Decision, Employee, Outcome, Render, Verdict
from catchlight.register import Register, now
from catchlight.vault import digest_of
from flows import stocking

SIDE = 256
SIZES = ("256", "224", "192", "160", "128", "112", "96")
# Linux counts in a child's peak what its parent had before the child began: so it is asked for this program's own.
_WATCHED = """
import atexit, os, pathlib, re, sys
def note():
    told = pathlib.Path("/proc/self/status").read_text()
    pathlib.Path(os.environ["PEAK"]).write_text(re.search(r"VmHWM:\\s+(\\d+)", told)[1])
atexit.register(note)
"""
_AHEAD = "import publish_plan; publish_plan.cut_ahead(pathlib.Path(sys.argv[1]))"
_PEER = "import publish_plan; publish_plan.peer(pathlib.Path(sys.argv[1]))"
_COMMAND = "from flows.cli import main; main()"


def _numbered(picture: bytes, number: int) -> bytes:
    """Return a JPEG with a comment of its own: other bytes, the same picture."""
    note = f"person {number}".encode()
    return picture[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + picture[2:]


def _portrait(side: int) -> bytes:
    """Return the portrait that scikit-image carries, square and so many pixels high."""
    return pixels.jpeg(pixels.resize(data.astronaut(), side, side))


def make(root: Path, people: int, sizes: Sequence[str]) -> None:
    """Make a home as a refresh leaves it but for the cut files, everybody's yes, and the folder with old pictures."""
    home, ids = Home(root / "home"), [f"{number:06}" for number in range(people)]
    largest = _portrait(max(map(int, sizes)))
    pictures = {}
    for number, id_ in enumerate(ids):
        picture = _numbered(largest, number)
        pictures[id_] = digest_of(picture)
        path = home.vault.path(pictures[id_])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
    for size in sizes:
        old, folder = _portrait(int(size)), root / "out" / size
        folder.mkdir(parents=True)
        for number, id_ in enumerate(ids):
            (folder / f"{id_}.jpg").write_bytes(_numbered(old, people + number))
    _record(home, pictures, max(map(int, sizes)))
    _take(root, sizes)


def _take(root: Path, sizes: Sequence[str]) -> None:
    """Let the folder be a destination that takes these sizes."""
    told = f'[wall]\nkind = "folder"\nroot = "{root / "out"}"\nsizes = {json.dumps(sizes)}\n'
    (root / "home/destinations.toml").write_text(told)


def _record(home: Home, pictures: dict[str, str], side: int) -> None:
    """Write the tables of a run, and everybody's yes."""
    tables: dict[type, list[object]] = {
        Employee: [Employee(id_) for id_ in pictures],
        Render: [Render(id_, id_, "", picture=p, width=side, height=side) for id_, p in pictures.items()],
        Verdict: [Verdict(id_, id_, Outcome.ACCEPT) for id_ in pictures],
    }
    for record, rows in tables.items():
        ledger.write(home.run("r1") / ledger.file_name(record), ledger.table(record, rows))
    home.point_to("r1")
    register = Register(home.root / "register.db")
    register.decide([Decision(id_, p, Answer.APPROVE, id_, now()) for id_, p in pictures.items()])
    register.close()


def cut_ahead(root: Path) -> None:
    """Cut the files of all portraits, as a refresh does at its end."""
    home, folder = root / "home", root / "home/runs/r1"
    stocking.fill(home, folder, stocking.shelves_of(home, folder), 0)


def peer(root: Path) -> None:
    """Read and hash each old picture, and write what was found as JSON."""
    found = {str(path): digest_of(path.read_bytes()) for path in sorted((root / "out").rglob("*.jpg"))}
    (root / "peer.json").write_text(json.dumps(found))


def timed(code: str, root: Path, *words: str) -> dict[str, float]:
    """Run Python code with these words; return its seconds, those of its processor, and its peak of memory in MB."""
    peak, began, before = root / "peak", time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", _WATCHED + code, *words], cwd=Path(__file__).parent, stdout=subprocess.DEVNULL,
        check=True, env=os.environ | {"PEAK": str(peak)},
    )  # fmt: skip
    took, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(took, 2),
        "processor": round(cpu, 2),
        "peak_mb": round(int(peak.read_text()) / 1024, 1),
    }


def plan(root: Path, *words: str) -> dict[str, float]:
    """Draw a plan by the command, its start and its page included."""
    done = timed(_COMMAND, root, "publish", "plan", "--home", str(root / "home"), *words)
    (newest,) = sorted((root / "home/runs/r1/publish").glob("*.json"))[-1:]
    return {"people": len(json.loads(newest.read_bytes())["people"]), **done}


def real_size(root: Path, people: int) -> dict[str, float]:
    """Cut portraits of 2048 pixels in some sizes; return milliseconds a person."""
    make(root, people, ("2048",))
    told: dict[str, float] = {"people": people}
    for name, sizes in (("three", ("648", "512", "400")), ("seven", STANDARD)):
        _take(root, sizes)
        done, nothing = (timed(_AHEAD, root, str(root)) for _ in range(2))  # the second only starts and looks
        for kind in ("seconds", "processor"):
            told[f"{name}_sizes_ms_{kind}"] = round(1000 * (done[kind] - nothing[kind]) / people, 1)
    return told


def measure(folder: Path, people: int, portraits: int) -> dict[str, object]:
    """Measure all of it."""
    told: dict[str, object] = {"load": os.getloadavg()[0]}
    for count in (people // 2, people):
        root = folder / str(count)
        make(root, count, SIZES)
        told[f"cut ahead, {count}"] = timed(_AHEAD, root, str(root))
        told[f"first plan, {count}"] = plan(root)
        told[f"second plan, {count}"] = plan(root)
    told[f"one size, {people}"] = plan(root, "--to", "wall", "--sizes", SIZES[0])
    told["peer"] = timed(_PEER, root, str(root))
    make(folder / "cold", people // 10, SIZES)
    told[f"nothing cut ahead, {people // 10}"] = plan(folder / "cold")
    told["real portraits"] = real_size(folder / "real", portraits)
    return told


def main() -> None:
    """Measure and tell."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--people", type=int, default=10_000)
    options.add_argument("--portraits", type=int, default=40)
    options.add_argument("--folder", type=Path, help="where the homes are made, and removed again")
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="plan-") as folder:
        told = measure(Path(folder), asked.people, asked.portraits)
    for name, figure in told.items():
        print(f"{name:28} {figure}")
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
