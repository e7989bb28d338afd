"""How long a plan takes for a large company, and how much memory.

    python benchmarks/publish_plan.py [--people 10000] [--output FILE]

A made-up company in which everybody approved, and a folder that shows everybody's old picture. Told are the seconds
and the growth of memory of the first plan (files of the portraits are made), of the second (they are there), and of a
second plan of half as many people: memory that grows with people, but not with their pictures, is flat. Pictures are
48 kB. The peer, in the same run, is the least that a script could do: read and hash each old picture, and write JSON.

Bars: 10 s for the second plan of 10,000 people; less than 100 MB more memory than for half of them.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from catchlight import ledger, pixels
from catchlight.desk import open_desk
from catchlight.home import Home
from catchlight.publish_plan import write_plan
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision, Employee, Outcome, Render, Verdict
from catchlight.register import Register, now
from catchlight.vault import digest_of
from flows.destinations import folder_place

SIDE = 256


def _numbered(picture: bytes, number: int) -> bytes:
    """Return a JPEG with a comment of its own: other bytes, the same picture."""
    note = f"person {number}".encode()
    return picture[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + picture[2:]


def make(root: Path, people: int) -> None:
    """Make a home, a run of it, everybody's yes, and the folder with old pictures."""
    noise = np.random.default_rng(1).integers(90, 160, (SIDE, SIDE, 3), np.uint8)
    picture, home = pixels.jpeg(noise), Home(root / "home")
    (root / "out" / str(SIDE)).mkdir(parents=True)
    ids = [f"{number:06}" for number in range(people)]
    for number, id_ in enumerate(ids):
        data = _numbered(picture, number)
        path = home.vault.path(digest_of(data))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        (root / "out" / str(SIDE) / f"{id_}.jpg").write_bytes(_numbered(picture, people + number))
    pictures = {id_: digest_of(_numbered(picture, number)) for number, id_ in enumerate(ids)}
    renders = [Render(id_, id_, "", picture=p, width=SIDE, height=SIDE) for id_, p in pictures.items()]
    verdicts = [Verdict(id_, id_, Outcome.ACCEPT) for id_ in ids]
    for record, rows in {
        Employee: [Employee(id_) for id_ in ids],
        Render: renders,
        Verdict: verdicts,
    }.items():
        ledger.write(home.run("r1") / ledger.file_name(record), ledger.table(record, rows))
    home.point_to("r1")
    register = Register(root / "home" / "register.db")
    register.decide([Decision(id_, p, Answer.APPROVE, id_, now()) for id_, p in pictures.items()])
    register.close()


def plan(root: Path) -> dict[str, float]:
    """Draw and write one plan; return its seconds and the peak of memory in MB."""
    desk = open_desk(root / "home", folder_place(root / "out", root / "home"))
    began = time.perf_counter()
    drawn = draw(desk, "r1", [str(SIDE)])
    write_plan(root / "home", drawn)
    took = time.perf_counter() - began
    if any(person.change != "change" for person in drawn.people):
        message = "not everybody would change"
        raise SystemExit(message)
    return {"people": len(drawn.people), "seconds": round(took, 2), "peak_mb": _peak()}


def peer(root: Path) -> dict[str, float]:
    """Read and hash each old picture, and write what was found as JSON."""
    began = time.perf_counter()
    found = {path.stem: digest_of(path.read_bytes()) for path in sorted((root / "out").rglob("*.jpg"))}
    (root / "peer.json").write_text(json.dumps(found))
    return {"people": len(found), "seconds": round(time.perf_counter() - began, 2), "peak_mb": _peak()}


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _alone(work: Callable[[Path], dict[str, float]], root: Path) -> dict[str, float]:
    """Do one thing in a process of its own, so that its memory is its own."""
    code = f"import json, pathlib, publish_plan; print(json.dumps(publish_plan.{work.__name__}(pathlib.Path({str(root)!r}))))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measure and tell."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--people", type=int, default=10_000)
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    told: dict[str, object] = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        for people in (asked.people // 2, asked.people):
            root = Path(folder) / str(people)
            make(root, people)
            told[f"first plan, {people}"] = _alone(plan, root)
            told[f"second plan, {people}"] = _alone(plan, root)
        told["peer"] = _alone(peer, root)
    for name, figure in told.items():
        print(f"{name:28} {figure}")
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
