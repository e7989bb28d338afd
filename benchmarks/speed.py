"""Seconds a person: the peer (plain.py) and Catchlight on the same photos, in turn, best of each.

    python benchmarks/speed.py FOLDER [--people 20] [--rounds 2] [--output FILE]

FOLDER holds directory.csv and photos/. Both use as many processes as there are cores. Prints a
table; the JSON has everything, also how long each stage takes for one person.
"""

import argparse
import inspect
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from refreshing import CORES, ROOT, people_of, refresh, show

from catchlight import develop, extend, matte, sitting
from catchlight.config import load_preset
from catchlight.decoder import Decoder
from catchlight.models import ModelStore, default_root
from catchlight.records import Photo
from catchlight.studio import Studio
from catchlight.vault import Vault

# Stages of one person, in turn, none inside another: what it is, and the function that does it.
STAGES = (
    ("open", Decoder, "open"),
    ("find and trace", sitting, "look"),
    ("cut out", sitting, "lay_out"),
    ("frame", sitting, "choose_frame"),
    ("carry matte", matte, "carry"),
    ("fill", extend, "fill"),
    ("print", sitting, "_print"),
    ("likeness", sitting, "_likeness"),
    ("check", develop, "_read"),
    ("store", Vault, "put"),
)


def peer(folder: Path, people: int) -> dict[str, float]:
    """Run the peer as a process of its own; return its wall seconds, and those after its warm-up."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(ROOT / "benchmarks/plain.py"), str(folder / "photos"), out]
        start = time.perf_counter()
        done = subprocess.run(
            [*command, "--jobs", str(CORES), "--limit", str(people)], capture_output=True, check=True
        )
        wall = time.perf_counter() - start
    return {"wall": wall, "warm": json.loads(done.stdout)["wall_seconds"]}


def ours(folder: Path, people: int) -> dict[str, Any]:
    """Refresh into a fresh home."""
    with tempfile.TemporaryDirectory() as scratch:
        run = refresh(folder, Path(scratch) / "home", people_of(folder, people))
    return run | {"warm": run["timings"]["develop"]}


def stages(folder: Path, people: int) -> dict[str, float]:
    """Return the seconds of each stage for one person, in this process, with warm models."""
    spent: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch, Decoder() as decoder:
        vault, preset = Vault(Path(scratch)), load_preset("house")
        room = develop.Room(preset, Studio(preset, ModelStore(default_root())), decoder, vault)
        orders = [_order(folder, id_, vault) for id_ in people_of(folder, people)]
        develop.develop(orders[0], room)  # warm
        for stage, owner, name in STAGES:
            setattr(owner, name, _timed(getattr(owner, name), spent, stage))
        for order in orders:
            spent["all"] += develop.develop(order, room).render.seconds
    spent["rest"] = 2 * spent["all"] - sum(spent.values())
    return {stage: round(seconds / len(orders), 4) for stage, seconds in spent.items()}


def _order(folder: Path, id_: str, vault: Vault) -> develop.Order:
    file = next((folder / "photos").glob(f"{id_}.*"))
    return develop.Order(id_, id_, (Photo(id_, file.name, vault.put(file.read_bytes())),))


def _timed(function: Callable[..., Any], spent: Counter[str], stage: str) -> Callable[..., Any]:
    def timed(*args: Any, **named: Any) -> Any:
        start = time.perf_counter()
        found = function(*args, **named)
        result = list(found) if inspect.isgenerator(found) else found
        spent[stage] += time.perf_counter() - start
        return result

    return timed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--output", type=Path, help="write everything as JSON into this file")
    options = parser.parse_args()
    turns = [
        (peer(options.folder, options.people), ours(options.folder, options.people))
        for _ in range(options.rounds)
    ]
    best = {
        f"{who} {what}": min(turn[n][what] for turn in turns) / options.people
        for n, who in enumerate(("peer", "catchlight"))
        for what in ("wall", "warm")
    }
    each = stages(options.folder, options.people)
    show([(f"{words}, s a person", f"{seconds:.3f}") for words, seconds in best.items()])
    for what in ("wall", "warm"):
        show([(f"peer / catchlight, {what}", f"{best[f'peer {what}'] / best[f'catchlight {what}']:.2f}")])
    show([(f"  {stage}", f"{seconds:.4f}") for stage, seconds in each.items()])
    everything = {"people": options.people, "cores": CORES, "best": best, "turns": turns, "stages": each}
    text = json.dumps(everything, indent=1)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
