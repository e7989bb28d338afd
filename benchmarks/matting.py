"""Error and time of the matte on composites with known alpha, beside closed-form matting in the same run.

    OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python benchmarks/matting.py CONGRESS/photos [--grounds 3] [--output FILE]

Portraits taken before a blue studio wall are keyed, given drawn hairs, and put on busy grounds at the
sheet's size. Catchlight's cut-out and pymatting's estimate_alpha_cf get the same picture and coarse mask, the latter
by way of the trimap that ours begins with; "solver" is our matte of that trimap alone; "mask" is the segmenter's. SAD in thousands of pixels, MSE in thousandths, gradient error (Gaussian derivatives,
sigma 1.4) in thousands; "band" is where the trimap leaves the alpha open, "too much" and "too little" are the two
sides of SAD. One thread, best of two for time.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pymatting
from composites import BALD, PEOPLE, Plate, plates
from grounds import GROUNDS, SIDE, surroundings
from refreshing import show

from catchlight import cutout, extend, matte, silhouette, trimap
from catchlight.anatomy import Picture, Segmenter
from catchlight.config import load_preset
from catchlight.decoding import decode
from catchlight.models import ModelStore, default_root
from catchlight.pixels import to_linear
from catchlight.studio import Studio
from catchlight.subject import look
from catchlight.trimap import Trimap
from catchlight.working_sheet import lay_out

PRECONDITIONER = partial(pymatting.ichol, shifts=(1e-3, 1e-2))  # as plain.py
BUSY = ("A000370", "C000537", "W000437", "P000145")  # portraits whose surroundings are borrowed


@dataclass(frozen=True, slots=True)
class Case:
    """One composite, what the segmenter says of it, and the trimap drawn from that."""

    plate: Plate
    ground: str
    picture: Picture
    coarse: np.ndarray
    trimap: Trimap


def composites(photos: Path, studio: Studio, grounds: int) -> Iterator[tuple[Plate, str, Picture]]:
    """Yield each portrait before some of the grounds, in turn."""
    borrowed = [_surroundings(photos / f"{id_}.jpg", studio) for id_ in BUSY]
    for n, plate in enumerate(plates(photos, studio)):
        for j in range(grounds):
            at, dice = (n + 3 * j + j // 3) % (len(GROUNDS) + 1), np.random.default_rng(100 * n + j)
            name = "surroundings" if at == len(GROUNDS) else GROUNDS[at].__name__
            ground = borrowed[n % len(BUSY)] if at == len(GROUNDS) else GROUNDS[at](dice)
            yield plate, name, extend.surround(plate.before(ground, n), plate.seen)


def _surroundings(file: Path, studio: Studio) -> np.ndarray:
    sheet = lay_out(look(decode(file.read_bytes()), studio), studio)
    return surroundings(cv2.resize(sheet.picture, (SIDE, SIDE)), cv2.resize(sheet.alpha, (SIDE, SIDE)))


def lay(plate: Plate, ground: str, picture: Picture, studio: Studio) -> Case:
    """Do what the cut-out does up to the trimap."""
    face = plate.face
    unit, chin, hull = face.eye_to_chin, float(face.chin[1]), cutout.hull(face, plate.seen.shape)
    drawn = silhouette.draw(picture, plate.seen, face.eyes, unit, studio.segmenter)
    coarse = extend.run_on(matte.keep_owner(drawn, hull), plate.seen, chin - 0.45 * unit)
    return Case(plate, ground, picture, coarse, trimap.draw(coarse, hull, unit, chin))


def errors(alpha: np.ndarray, true: np.ndarray, where: np.ndarray) -> dict[str, float]:
    """Return SAD, MSE and gradient error."""
    off, steep = (alpha - true)[where], (_steepness(alpha) - _steepness(true))[where]
    return {
        "SAD": float(np.abs(off).sum()) / 1000,
        "MSE": float((off**2).mean()) * 1000,
        "gradient": float((steep**2).sum()) / 1000,
        "too much": float(off.clip(0).sum()) / 1000,
        "too little": float((-off).clip(0).sum()) / 1000,
    }


def _steepness(alpha: np.ndarray) -> np.ndarray:
    smooth, at = cv2.getGaussianKernel(9, 1.4), np.arange(-4, 5)[:, None]
    slope = -at * smooth / 1.4**2
    alpha = alpha.astype(np.float32)
    return np.hypot(cv2.sepFilter2D(alpha, -1, slope, smooth), cv2.sepFilter2D(alpha, -1, smooth, slope))


def _timed(work: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    spent = []
    for _ in range(2):
        start = time.perf_counter()
        found = work()
        spent.append(time.perf_counter() - start)
    return found, min(spent)


def measure(case: Case, segmenter: Segmenter) -> dict[str, Any]:
    """Solve one composite both ways and compare with the truth, alpha and colour."""
    unknown, true, seen = case.trimap, case.plate.alpha, case.plate.seen
    drawn = np.where(unknown.person, 1.0, np.where(unknown.behind, 0.0, 0.5))
    ours, our_time = _timed(
        lambda: cutout.solve(case.picture, case.coarse, seen, case.plate.face, segmenter, "cpu")
    )
    alone, alone_time = _timed(lambda: matte.solve(case.picture, unknown, case.coarse, device="cpu"))
    peers, peer_time = _timed(
        lambda: pymatting.estimate_alpha_cf(case.picture / 255, drawn, preconditioner=PRECONDITIONER)
    )
    band = (drawn == 0.5) & seen
    row: dict[str, Any] = {
        "id": case.plate.id,
        "ground": case.ground,
        "seconds": (our_time, peer_time, alone_time),
    }
    for who, alpha in (
        ("catchlight", ours), ("solver", alone), ("closed form", peers), ("mask", case.coarse),
    ):  # fmt: skip
        row[who] = {"band": errors(alpha, true, band), "whole": errors(alpha, true, seen)}
    return row | {"colour": _colours(case)}


def _colours(case: Case) -> dict[str, Any]:
    """Compare the person's colour where alpha is between, weighted by alpha, given the true alpha."""
    linear, true = to_linear(case.picture), case.plate.alpha
    band = (true > 0.05) & (true < 0.95) & case.plate.seen
    ours, our_time = _timed(lambda: matte.foreground(linear, true, device="cpu"))
    peers, peer_time = _timed(
        lambda: pymatting.estimate_foreground_ml(linear.astype(np.float64), true.astype(np.float64))
    )
    off = [float((np.abs(c - case.plate.colour).mean(-1) * true)[band].mean()) for c in (ours, peers, linear)]
    return {
        "error": dict(zip(("catchlight", "pymatting", "none"), off, strict=True)),
        "seconds": (our_time, peer_time),
    }


def summary(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the lines to print: means over all composites."""
    lines = []
    for where in ("band", "whole"):
        for what in ("SAD", "MSE", "gradient", "too much", "too little"):
            values = [
                f"{who} {np.mean([r[who][where][what] for r in rows]):.3f}"
                for who in ("catchlight", "solver", "closed form", "mask")
            ]
            lines.append((f"{what}, {where}", "   ".join(values)))
    ours, peers, alone = (float(np.mean([r["seconds"][n] for r in rows])) for n in range(3))
    both = f"catchlight {ours:.3f}   solver {alone:.3f}   closed form {peers:.3f}"
    lines.append(("seconds", f"{both}   ratio {peers / ours:.1f}"))
    colour: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        for who, off in row["colour"]["error"].items():
            colour[who].append(255 * off)
    lines.append(
        ("colour error of 255", "   ".join(f"{who} {np.mean(off):.2f}" for who, off in colour.items()))
    )
    ours, peers = (float(np.mean([r["colour"]["seconds"][n] for r in rows])) for n in (0, 1))
    lines.append(("colour, seconds", f"catchlight {ours:.3f}   pymatting {peers:.3f}"))
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("--grounds", type=int, default=3, help="grounds for each portrait")
    parser.add_argument("--output", type=Path, help="write everything as JSON into this file")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    studio = Studio(load_preset("house"), ModelStore(default_root()))
    rows = []
    for plate, ground, picture in composites(options.photos, studio, options.grounds):
        rows.append(measure(lay(plate, ground, picture, studio), studio.segmenter))
        print(rows[-1]["id"], ground, file=sys.stderr)
    show(summary(rows))
    print(f"{len(rows)} composites of {len(PEOPLE)} people ({len(BALD)} without drawn hair), {SIDE} pixels")
    if options.output:
        options.output.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
