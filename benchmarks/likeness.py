"""Is it still the same person? dlib's distance between photo and portrait, and between people.

    python benchmarks/likeness.py FOLDER… [--pairs PAIRS] [--preset house] [--every 4] [--output FILE]

Portraits are judged as the preset says; the distance is measured beside that, by the engine dlib_resnet,
on faces traced in the photo and again in the portrait. FOLDER holds directory.csv and photos/, or is the home of
a finished refresh: then it is its newest run, as it was judged with all that it knew. PAIRS holds pairs.csv (file_a, file_b,
same_person) and the files: it tells how near two pictures of different people come.
Bars: 0.35 at most for every accepted portrait, and no two different people nearer than that.
"""

import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sittings import Row, Task, accepted, bar, keep, known, parser_for, portray, preset_of, rendered, tell

from catchlight.config import Preset
from catchlight.decoding import decode
from catchlight.engines import dlib_resnet
from catchlight.errors import PhotoError
from catchlight.home import Home
from catchlight.models import ModelStore, default_root
from catchlight.runs import portraits, run_folder
from catchlight.sitting import Sitting
from catchlight.studio import Studio
from catchlight.subject import look

_LIMIT = 0.35
_SHARES = (50, 90, 95, 99)
_WARM: list[dlib_resnet.Engine] = []


def of_run(home: Path, preset: Preset, every: int) -> list[Row]:
    """Return a row for every so many-th person of a home's newest run who has a portrait: id, outcome, distance."""
    studio, vault = Studio(preset, ModelStore(default_root())), Home(home).vault
    rows: list[Row] = []
    for one in list(portraits(run_folder(home)).values())[::every]:
        if not one.picture or one.render is None or one.verdict is None:
            continue
        before, after = (_describe(vault.get(digest), studio) for digest in (one.render.photo, one.picture))
        if before is not None and after is not None:
            apart = recogniser(studio).distance(before, after)
            rows.append({"id": one.employee.id, "outcome": one.verdict.outcome, "distance": apart})
    return rows


def recogniser(studio: Studio) -> dlib_resnet.Engine:
    """Return dlib's network, loaded once a process."""
    if not _WARM:
        _WARM.append(dlib_resnet.Engine(dlib_resnet.Settings(), studio.models))
    return _WARM[0]


def distance(sitting: Sitting, studio: Studio) -> Row:
    """Return dlib's distance between the photo's face and the portrait's."""
    compare = recogniser(studio)
    before = compare.describe(sitting.subject.picture, sitting.subject.face.as_face)
    return {"distance": compare.distance(before, compare.describe(sitting.portrait, sitting.face.as_face))}


def summary(rows: list[Row]) -> dict[str, Any]:
    """Return the percentiles, and who of the accepted is beyond the bar."""
    found: dict[str, Any] = {}
    for who, group in (("accepted", accepted(rows)), ("everybody", rows)):
        values = [row["distance"] for row in known(group, "distance")]
        found[who] = {"people": len(values)} | (_percentiles(values) if values else {})
    beyond = [row for row in accepted(rows) if row["distance"] > _LIMIT]
    return found | {"beyond": {row["id"]: round(row["distance"], 3) for row in beyond}}


def _percentiles(values: list[float]) -> dict[str, float]:
    shares = {f"p{share}": float(np.percentile(values, share)) for share in _SHARES}
    return {name: round(value, 3) for name, value in (shares | {"max": max(values)}).items()}


def _rows(folder: Path, every: int, preset: Preset) -> list[Row]:
    if (folder / "runs").is_dir():
        return of_run(folder, preset, every)
    return rendered(portray(folder, every, Task(preset, distance)))


def pairs(folder: Path, preset: Preset) -> dict[str, Any]:
    """Return how far apart pictures of one person and of two are."""
    studio = Studio(preset, ModelStore(default_root()))
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    files = sorted({row[key] for row in rows for key in ("file_a", "file_b")})
    described = {name: _describe((folder / name).read_bytes(), studio) for name in files}
    told = [
        row for row in rows if described[row["file_a"]] is not None and described[row["file_b"]] is not None
    ]
    apart: dict[str, list[float]] = {"1": [], "0": []}
    for row in told:
        both = (described[row[key]] for key in ("file_a", "file_b"))
        apart[row["same_person"]].append(recogniser(studio).distance(*both))
    two, same = np.array(apart["0"]), np.array(apart["1"])
    return {
        "pairs": len(rows),
        "without a face": len(rows) - len(told),
        "two people": {"pairs": len(two), "least": round(float(two.min()), 3)},
        "one person": {"pairs": len(same), **_percentiles(apart["1"])},
        "two people within 0.35": int((two <= _LIMIT).sum()),
        "two people within the engine's limit": int((two < recogniser(studio).SAME_BELOW).sum()),
        "one person beyond the engine's limit": int((same >= recogniser(studio).SAME_BELOW).sum()),
    }


def _describe(data: bytes, studio: Studio) -> Any:
    try:
        subject = look(decode(data), studio)
    except PhotoError:
        return None
    return recogniser(studio).describe(subject.picture, subject.face.as_face)


def say(name: str, found: dict[str, Any]) -> None:
    """Print the figures of one folder."""
    for who in ("accepted", "everybody"):
        tell(f"{name}, {who}: distance", [(what, str(figure)) for what, figure in found[who].items()])
    worst = found["accepted"].get("max", 0.0)
    tell(name, [("farthest accepted", bar(worst, f"≤ {_LIMIT}", met=worst <= _LIMIT))])


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    parser = parser_for(__doc__)
    parser.add_argument("--pairs", type=Path, help="folder with pairs.csv and the files that it names")
    options = parser.parse_args()
    preset = preset_of(options)
    everything: dict[str, Any] = {}
    for folder in options.folder:
        everything[str(folder)] = summary(_rows(folder, options.every, preset))
        say(folder.name, everything[str(folder)])
    if options.pairs:
        everything["pairs"] = pairs(options.pairs, preset)
        tell("pairs", [(what, str(figure)) for what, figure in everything["pairs"].items()])
    keep({"preset": options.preset, "every": options.every, **everything}, options.output)


if __name__ == "__main__":
    main()
