"""One light for the company: how far apart photos are lit, and portraits of the same people.

    python benchmarks/light.py FOLDER… [--preset house] [--every 2] [--output FILE]

Over the people whom the judge accepts, whose light was read before and after: the RMS angle between
each light and the mean light, the spread (standard deviation) of key to fill in stops, and the colour
cast of white things in CIELAB units, as spread around the company's mean cast. Because acceptance
itself asks for the preset's light (check light_away), the same is told with those who are held back for
nothing else, and of everybody with a portrait. Bars, of the accepted: the angle falls to a third at
most, the other two to a half.
"""

from collections import Counter
from typing import Any

import cv2
import numpy as np
from sittings import Row, Task, accepted, bar, keep, known, parser_for, portray, preset_of, rendered, tell

from catchlight import framing, neutrals
from catchlight.correction import white_of
from catchlight.ladder import POOR
from catchlight.sitting import Sitting
from catchlight.studio import Studio

_LIGHT = ("light_azimuth", "light_elevation", "light_ratio")
_BOTH = (*_LIGHT, *(f"source_{name}" for name in _LIGHT))
_SHARES = (5, 10, 25, 50, 75, 90, 95)


def casts(sitting: Sitting, studio: Studio) -> Row:
    """Return the cast as a vector (CIELAB a, b) before and after, where both look at the same kind of thing."""
    del studio
    to, negative = sitting.negative.sheet_map, sitting.negative
    there = framing.between(negative.map(sitting.portrait.shape[0]), to)
    person = (sitting.sheet.alpha > 0.95) & sitting.sheet.seen
    portrait = np.ascontiguousarray(there.warp(sitting.portrait))
    photo, print_ = white_of(negative), neutrals.find(portrait, sitting.subject.face.moved(to.matrix), person)
    for kind in ("cloth", "eyes"):
        before, after = getattr(photo, kind), getattr(print_, kind)
        if before is not None and after is not None:
            return {"white": kind, "photo_cast": before.tolist(), "portrait_cast": after.tolist()}
    return {}


def angles(rows: list[Row], of: str) -> float:
    """Return the RMS angle, in degrees, between each person's light and the mean direction."""
    a, e = (np.radians([row[f"{of}light_{name}"] for row in rows]) for name in ("azimuth", "elevation"))
    towards = np.column_stack([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    mean = towards.mean(0) / np.linalg.norm(towards.mean(0))
    return float(np.sqrt(np.mean(np.degrees(np.arccos(np.clip(towards @ mean, -1, 1))) ** 2)))


def spreads(rows: list[Row]) -> dict[str, Any]:
    """Return each spread before and after over the same people, and before over after."""
    lit, white = known(rows, *_BOTH), known(rows, "white")
    cloth = [row for row in white if row["white"] == "cloth"]
    found: dict[str, Any] = {}
    pairs = {
        "direction, degrees": (len(lit), [angles(lit, of) for of in ("source_", "")]),
        "key to fill, stops": (len(lit), [_stops(lit, of) for of in ("source_", "")]),
        "cast, a*b*": (len(white), [_away(white, of) for of in ("photo", "portrait")]),
        "cast of white cloth, a*b*": (len(cloth), [_away(cloth, of) for of in ("photo", "portrait")]),
    }
    for name, (people, (before, after)) in pairs.items():
        figures = {"before": before, "after": after, "ratio": before / max(after, 1e-9)}
        found[name] = {"people": people} | {key: round(value, 3) for key, value in figures.items()}
    return found


def _stops(rows: list[Row], of: str) -> float:
    return float(np.std(np.log2([row[f"{of}light_ratio"] for row in rows])))


def _away(rows: list[Row], of: str) -> float:
    """Return the RMS distance from the mean cast."""
    vectors = np.array([row[f"{of}_cast"] for row in rows]).reshape(-1, 2)
    return float(np.sqrt(((vectors - vectors.mean(0)) ** 2).sum(1).mean())) if len(rows) else float("nan")


def fits(rows: list[Row]) -> dict[str, Any]:
    """Return how well the photos' light explains their skin, and who stays unlit for it."""
    read = known(rows, "light_fit", "light_unexplained")
    poor = sum(row["light_unexplained"] > 100 * POOR for row in read)
    explained = np.percentile([row["light_fit"] for row in read], _SHARES)
    return {
        "R²": {f"p{share}": round(float(value), 3) for share, value in zip(_SHARES, explained, strict=True)},
        "not read": len(rows) - len(read),
        "poor, left unlit": poor,
        "rungs": Counter(row["rung"] for row in rows),
    }


def groups(rows: list[Row]) -> dict[str, list[Row]]:
    """Return whom the figures are told of."""
    light_only = [row for row in rows if all(reason.startswith("light_away") for reason in row["reasons"])]
    return {"accepted": accepted(rows), "accepted but for light_away": light_only, "everybody": rows}


def say(name: str, found: dict[str, Any]) -> None:
    """Print the figures of one folder."""
    for who, spread in found["spreads"].items():
        table = [(f"{what} ({figures['people']})", _words(what, figures)) for what, figures in spread.items()]
        tell(f"{name}, {who}: {found['people'][who]} people", table)
    fit = found["fit"]
    left = [(what, fit[what]) for what in ("not read", "poor, left unlit")]
    rows = [*fit["R²"].items(), *left, *fit["rungs"].items()]
    tell(f"{name}: R² of the fit, and rungs", [(what, str(figure)) for what, figure in rows])


def _words(what: str, spread: dict[str, float]) -> str:
    least = 3 if what.startswith("direction") else 2
    told = bar(spread["ratio"], f"≥ {least}", met=spread["ratio"] >= least)
    return f"{spread['before']:.2f} → {spread['after']:.2f}  {told}"


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    options = parser_for(__doc__).parse_args()
    task = Task(preset_of(options), casts)
    everything: dict[str, Any] = {}
    for folder in options.folder:
        rows = rendered(portray(folder, options.every, task))
        flags = Counter(reason for row in rows for reason in row["reasons"])
        everything[folder.name] = {
            "people": {who: len(group) for who, group in groups(rows).items()},
            "spreads": {who: spreads(group) for who, group in groups(rows).items()},
            "fit": fits(rows),
            "flags": dict(flags.most_common()),
        }
        say(folder.name, everything[folder.name])
    keep({"preset": options.preset, "every": options.every, **everything}, options.output)


if __name__ == "__main__":
    main()
