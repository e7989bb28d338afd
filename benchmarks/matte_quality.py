"""How well a reading that knows no truth predicts bad edges: "unsure outline", or "person in the background's colour".

    python benchmarks/matte_quality.py CONGRESS/photos [MORE/photos] [--grounds 6] [--check camouflage]

Twice: rank correlation with the true error of composites (see matting.py), and with grades that a person
gave to real cut-outs (matte_grades.csv: 0 clean, 1 soft, 2 noticeable, 3 visibly bad; photos go by the first 16
digits of their digest, as some are of private persons), with precision and recall at the check's limit.
"""

import argparse
import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from matting import composites, lay
from refreshing import show

from catchlight import cutout, framing, plugins
from catchlight.anatomy import Picture
from catchlight.config import load_preset
from catchlight.decoding import decode
from catchlight.framing import Affine, Head
from catchlight.models import ModelStore, default_root
from catchlight.studio import Studio
from catchlight.subject import look
from catchlight.working_sheet import lay_out

GRADES = Path(__file__).parent / "matte_grades.csv"
MATTE, CAMOUFLAGE = (plugins.load("catchlight.checks", name) for name in ("matte", "camouflage"))

Reading = Callable[[Picture, np.ndarray, np.ndarray, Head], float]


def width(_: Picture, alpha: np.ndarray, seen: np.ndarray, head: Head) -> float:
    """Return the reading of ``matte``."""
    return float(MATTE.width(alpha, seen, head.chin, head.chin - head.eyes))


READINGS: dict[str, tuple[Reading, float]] = {
    "matte": (width, MATTE.Settings().high),
    "camouflage": (CAMOUFLAGE.patch, CAMOUFLAGE.Settings().high),
}


def of_composites(
    photos: Path, studio: Studio, grounds: int, reading: Reading
) -> tuple[list[float], list[float]]:
    """Return readings and true errors (SAD over the length of the outline) of composites."""
    readings, errors = [], []
    for plate, ground, picture in composites(photos, studio, grounds):
        case, face = lay(plate, ground, picture, studio), plate.face
        alpha = cutout.solve(case.picture, case.coarse, plate.seen, face, studio.segmenter, "cpu")
        chin, unit = float(face.chin[1]), face.eye_to_chin
        head = framing.head(face, Affine(np.eye(2, 3), *alpha.shape[::-1]), alpha, plate.seen)
        readings.append(reading(case.picture, alpha, plate.seen, head))
        rows = slice(0, int(chin + MATTE.SHOULDERS * unit))
        outline = cv2.morphologyEx(
            (plate.alpha[rows] > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3))
        )
        seen = plate.seen[rows]
        errors.append(float(np.abs(alpha - plate.alpha)[rows][seen].sum() / outline[seen].sum()))
    return readings, errors


def of_graded(folders: list[Path], studio: Studio, reading: Reading) -> tuple[list[float], list[int]]:
    """Return readings and grades of the graded photos that lie in these folders."""
    readings, grades = [], []
    graded = {row["sha256"]: int(row["grade"]) for row in csv.DictReader(GRADES.open(encoding="utf-8"))}
    for photo in (file.read_bytes() for folder in folders for file in sorted(folder.iterdir())):
        if (grade := graded.get(hashlib.sha256(photo).hexdigest()[:16])) is not None:
            sheet = lay_out(look(decode(photo), studio), studio)
            readings.append(reading(sheet.picture, sheet.alpha, sheet.seen, sheet.head))
            grades.append(grade)
    return readings, grades


def spearman(first: list[float], second: list[float]) -> float:
    """Return the rank correlation; equal values share their mean rank."""
    ranks = [_ranks(np.asarray(values)) for values in (first, second)]
    return float(np.corrcoef(*ranks)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    return np.array([(values < v).sum() + ((values == v).sum() - 1) / 2 for v in values])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="+", help="the first folder is the one for composites")
    parser.add_argument("--grounds", type=int, default=6, help="grounds for each portrait")
    parser.add_argument("--check", choices=READINGS, default="matte", help="whose reading (matte)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    studio = Studio(load_preset("house"), ModelStore(default_root()))
    reading, limit = READINGS[options.check]
    readings, errors = of_composites(options.photos[0], studio, options.grounds, reading)
    real, grades = of_graded(options.photos, studio, reading)
    over, given = np.asarray(real) > limit, np.asarray(grades)
    rows = [
        (f"Spearman, {len(errors)} composites, true error", f"{spearman(readings, errors):.2f}"),
        (f"Spearman, {len(grades)} graded photos", f"{spearman(real, [float(g) for g in grades]):.2f}"),
    ]
    for least in (2, 3):
        bad = given >= least
        rows.append(
            (f"grade {least} or worse, over {limit}: recall", f"{over[bad].mean():.2f} of {bad.sum()}")
        )
        rows.append(
            (f"grade {least} or worse, over {limit}: precision", f"{bad[over].mean():.2f} of {over.sum()}")
        )
    rows += [
        (
            f"grade {n}: median reading, share over the limit",
            f"{np.median(np.asarray(real)[given == n]):.2f}, {over[given == n].mean():.2f}",
        )
        for n in sorted(set(grades))
    ]
    show(rows)


if __name__ == "__main__":
    main()
