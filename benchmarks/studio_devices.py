"""Portraits a second of the whole studio (found, cut out, lit, printed), on the processor and with a card, and whether both agree.

    python benchmarks/studio_devices.py PHOTOS [--workers 16] [--output FILE]

PHOTOS is a folder of portraits (.jpg), decoded before the clock starts; each is portrayed several times over by as many
processes as said, as many people are in a run. Matte and colour are the card's part; finding, light and print the processor's.
The two portraits of each photo are compared: alpha, and the largest difference of a pixel, in grey levels.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from stopwatch import card, told

from catchlight.config import load_preset
from catchlight.decoding import Decoded, decode
from catchlight.models import ModelStore, default_root
from catchlight.sitting import sit
from catchlight.studio import Studio


@dataclass
class Figure:
    """One device: portraits a second, and how far portraits are from the processor's at most."""

    how: str
    a_second: float
    alpha: float
    grey_levels: int
    share_off: float  # of pixels that differ by more than two grey levels


_hall: Studio | None = None
_photos: list[Decoded] = []


def _set_up(device: str, master: int, files: list[Path]) -> None:
    """Prepare a process: one thread, models, photos."""
    global _hall  # noqa: PLW0603  one worker, one studio
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    preset = load_preset("house")
    delivery = preset.delivery.model_copy(update={"master": master})
    engines = preset.engines.model_copy(update={"device": device})
    _hall = Studio(
        preset.model_copy(update={"delivery": delivery, "engines": engines}), ModelStore(default_root())
    )
    _hall.warm()
    _photos.extend(decode(file.read_bytes()) for file in files)
    _portray(0)


def _portray(number: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Make one portrait; return it and its alpha for the first of each photo, so that little travels."""
    assert _hall is not None  # noqa: S101  its initialiser ran
    made = sit(_photos[number % len(_photos)], _hall.preset, _hall)
    return (made.master, made.alpha) if 0 <= number < len(_photos) else None


def portrayed(
    device: str, options: argparse.Namespace, files: list[Path]
) -> tuple[float, list[tuple[np.ndarray, ...]]]:
    """Return portraits a second of all workers together, and each photo's portrait and alpha."""
    setting = device, options.master, files
    with ProcessPoolExecutor(options.workers, get_context("spawn"), _set_up, setting) as pool:
        first = list(pool.map(_portray, range(len(files))))
        list(pool.map(_portray, [-1] * options.workers * 2))  # everybody is there by now
        count = options.each * options.workers
        began = time.perf_counter()
        list(pool.map(_portray, [len(files) + n for n in range(count)]))
        return count / (time.perf_counter() - began), [one for one in first if one]


def measure(options: argparse.Namespace, files: list[Path]) -> Iterator[Figure]:
    """Yield the processor's figure, then the card's."""
    speed, truth = portrayed("cpu", options, files)
    yield Figure(f"processor, {options.workers} workers", speed, 0, 0, 0)
    if not torch.cuda.is_available() and not options.tiny:
        return
    speed, found = portrayed("cuda" if torch.cuda.is_available() else "cpu", options, files)
    alpha = max(float(np.abs(a[1] - b[1]).max()) for a, b in zip(found, truth, strict=True))
    off = [np.abs(a[0].astype(int) - b[0]).max(2) for a, b in zip(found, truth, strict=True)]
    share = float(np.mean([(one > 2).mean() for one in off]))
    yield Figure(f"card, {options.workers} workers", speed, alpha, max(int(one.max()) for one in off), share)


def line(one: Figure) -> str:
    """Return a figure in words."""
    return (
        f"{one.how:24} {one.a_second:7.2f} portraits a second  alpha {one.alpha:.1e}  "
        f"pixels: {one.grey_levels} grey levels at most, {one.share_off:.2%} differ by more than 2"
    )


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--people", type=int, default=12, help="photos of the folder that are used")
    parser.add_argument("--each", type=int, default=6, help="portraits that each worker makes while timed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--master", type=int, default=1024, help="pixels of a portrait")
    parser.add_argument("--tiny", action="store_true", help="try the script where there is no card")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    files = sorted(options.photos.glob("*.jpg"))[: options.people]
    if not files:
        sys.exit(f"{options.photos}: no .jpg in it")
    print(f"{card()}, torch {torch.__version__}, {len(files)} photos, portraits of {options.master}")
    told(measure(options, files), line, options.output)


if __name__ == "__main__":
    main()
