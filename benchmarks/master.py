"""A 7680-pixel master from one large photo: seconds and memory, in a fresh process each.

    python benchmarks/master.py PHOTO… [--megapixels 24] [--master 7680] [--preset house] [--output FILE]

A photo is developed as a run does it (opened in its own process, portrayed, checked, stored). Engines
are warm; they once made a small portrait. With --megapixels the photo is first enlarged to this. Memory
is the peak of the worker's resident pages, and beside it that of the process that opens photos.
Bars: 15 s and 4 GB at most for worker and opener together. Stages are told without those inside them.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
from large_photos import enlarge
from refreshing import show
from stages import apart, develop_file, room, table, timed

from catchlight.config import Preset, load_preset

_SECONDS, _GB, _WARM_UP = 15, 4, 512


def one(file: Path, preset: Preset, master: int) -> dict[str, Any]:
    """Develop one photo in this process; return size, seconds, memory and stages."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch, room(_sized(preset, _WARM_UP), Path(scratch)) as there:
        develop_file(file, there)
        warm = _peak()
        large = replace(there, preset=_sized(preset, master))
        with timed() as spent:
            render = develop_file(file, large)
    if render.reason:
        sys.exit(f"{file}: {render.note}")
    opener = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    spent["rest"] = render.seconds - sum(spent.values())
    return {
        "pixels": [render.width, render.height],
        "enlarged": render.enlarged,
        "seconds": round(render.seconds, 2),
        "worker_gb": round(_peak(), 2),
        "worker_gb_before": round(warm, 2),
        "opener_gb": round(opener, 2),
        "stages": table(Counter(spent), 1),
    }


def _sized(preset: Preset, master: int) -> Preset:
    return preset.model_copy(update={"delivery": preset.delivery.model_copy(update={"master": master})})


def _peak() -> float:
    """Return the most memory this process has held, in GB (2³⁰ bytes)."""
    words = Path("/proc/self/status").read_text(encoding="ascii")
    return int(words.split("VmHWM:")[1].split()[0]) / 2**20


def say(name: str, found: dict[str, Any]) -> None:
    """Print the figures of one photo."""
    memory = found["worker_gb"] + found["opener_gb"]
    met = "yes" if found["seconds"] <= _SECONDS and memory <= _GB else "NO"
    show([(f"{name}: pixels", "×".join(map(str, found["pixels"]))), ("photo enlarged", str(found["enlarged"])),
          ("seconds", f"{found['seconds']:.2f}"), ("worker, GB", f"{found['worker_gb']:.2f}"),
          ("  before, warm", f"{found['worker_gb_before']:.2f}"), ("opener, GB", f"{found['opener_gb']:.2f}"),
          (f"≤ {_SECONDS} s and ≤ {_GB} GB", met),
          *((f"  {stage}", f"{seconds:.3f}") for stage, seconds in found["stages"].items())])  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photo", type=Path, nargs="+")
    parser.add_argument("--megapixels", type=float, help="enlarge each photo to this first")
    parser.add_argument("--master", type=int, default=7680)
    parser.add_argument("--preset", default="house")
    parser.add_argument("--output", type=Path, help="write everything as JSON into this file")
    options = parser.parse_args()
    everything: dict[str, Any] = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as scratch:
        for n, photo in enumerate(options.photo):
            file = photo
            if options.megapixels:
                file = enlarge(photo, options.megapixels, Path(scratch) / f"{n}.jpg")
            print(f"{n + 1} of {len(options.photo)}", file=sys.stderr)
            everything[photo.stem] = apart(one, file, load_preset(options.preset), options.master)
            say(photo.stem, everything[photo.stem])
    text = json.dumps(everything, indent=1)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
