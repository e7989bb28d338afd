"""Is it a Rembrandt light? The definition, measured on portraits, over the people whose photo allows it.

    python benchmarks/rembrandt.py FOLDER… [--preset rembrandt-charcoal] [--every 2] [--output FILE]

A photo allows it when its own light can be read (light_unexplained within its limit), the head is turned
20° at most, less than 10 % of the skin is clipped (97 %), not so much is blown that the light is left as it was
(check light_blown), and the preset's lamp itself, 16° from its place at most, closes a triangle on the
relief of this face. Then, on the portrait, with landmarks traced on the portrait:

  ratio        key cheek : shadow cheek, medians of the squares of ISO/IEC 29794-5, is the lamp's ± 15 %
  shadow       the same, the shadow square without what is as bright as the triangle
  triangle     one lit patch on the shadow cheek, 0.7 eye distances wide at most, 0.25 to 0.8 high, and
               what is around it has 60 % of its luminance at most
  direction    the light comes from the lamp's side, 35° to 65° aside
  eye          the brightest tenth of the shadow-side eye has 8 % of the key cheek's luminance or more

Bar: triangle and direction together on 80 % of them; the share is told once more with the people on whom
the lamp closes no triangle, or whose light was left, counted as missed. "All" is ratio (either way), triangle, direction, eye.
"""

from collections import Counter
from typing import Any

import cv2
import numpy as np
from sittings import Row, Task, bar, clipped, keep, parser_for, portray, preset_of, rendered, tell

from catchlight import triangle
from catchlight.anatomy import Eye
from catchlight.correction import Lighting
from catchlight.ladder import BLOWN, POOR
from catchlight.lamp import Lamp, lamp, place, target
from catchlight.pixels import luminance, to_linear
from catchlight.sitting import Sitting
from catchlight.studio import Studio

_TURNED, _CLIPPED = 20.0, 0.10
_NEAR, _ASIDE, _EYE, _DARK = 0.15, (35.0, 65.0), 0.08, 0.6
_LEFT = "skin blown, light left"
_PARTS = ("ratio", "shadow", "triangle", "direction", "eye")


def measure(sitting: Sitting, studio: Studio) -> Row:
    """Return why the photo does not allow it (``out``, "" where it does), and the parts on the portrait."""
    del studio
    wanted = lamp(sitting.preset.light)
    out = _out(sitting, wanted)
    if out or sitting.light is None:
        return {"out": out or "portrait's light not read"}
    return {"out": ""} | _parts(sitting, sitting.light, wanted)


def _out(sitting: Sitting, wanted: Lamp) -> str:
    source = sitting.photo_light
    if source is None:
        return "photo's light not read"
    if source.light.unexplained > POOR:
        return "poor fit"
    if abs(sitting.subject.face.yaw) > _TURNED:
        return "head turned"
    if clipped(sitting) >= _CLIPPED:
        return "skin clipped"
    if source.lit.blown > BLOWN:
        return _LEFT
    return "" if _closes(source, wanted) else "lamp does not close"


def _closes(source: Lighting, wanted: Lamp) -> bool:
    """Whether the lamp, where a photographer would move it to, draws the triangle on this face."""
    relief = source.lit.relief
    try:
        ideal = target(relief, place(relief, wanted))
        return triangle.find(ideal, relief, _side(wanted)).is_triangle
    except LookupError:
        return False


def _side(wanted: Lamp) -> int:
    return -1 if wanted.azimuth < 0 else 1


def _parts(sitting: Sitting, after: Lighting, wanted: Lamp) -> Row:
    """Return the figures of the portrait, and which parts hold."""
    lit, side = after.lit, _side(wanted)
    near, far = lit.relief.cheeks[::-side]
    key, square = (lit.luminance[cheek] for cheek in (near, far))
    shade = square[square <= _DARK * np.percentile(square, 90)] if square.size else square
    ratio, shadow = (_ratio(key, of) for of in (square, shade))
    try:
        patch = triangle.find(lit.luminance, lit.relief, side)
    except LookupError:
        patch = triangle.Patch(0.0, 0.0)
    eye = _eye(sitting, side) / max(lit.level * _median(key), 1e-6)
    aside = after.light.azimuth
    return {
        "ratio of cheeks": ratio, "ratio to shade": shadow, "width": patch.width, "height": patch.height,
        "azimuth": aside, "eye share": eye, "ratio": abs(ratio / wanted.ratio - 1) <= _NEAR,
        "shadow": abs(shadow / wanted.ratio - 1) <= _NEAR, "triangle": patch.is_triangle,
        "direction": bool(np.sign(aside) == side and _ASIDE[0] <= abs(aside) <= _ASIDE[1]), "eye": eye >= _EYE,
    }  # fmt: skip


def _ratio(key: np.ndarray, other: np.ndarray) -> float:
    return _median(key) / max(_median(other), 1e-3)


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if values.size else 0.0


def _eye(sitting: Sitting, key_side: int) -> float:
    """Return the linear luminance (90th percentile) between the lids of the eye away from the key."""
    to = sitting.negative.map(sitting.portrait.shape[0])
    face = sitting.subject.face.moved(to.matrix)  # where eyes were traced closely
    eye = face.left_detail if key_side < 0 else face.right_detail
    if eye is None:
        return 0.0
    mask = np.zeros(sitting.portrait.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(_lids(eye)).astype(np.int32), (1,))
    seen = sitting.portrait[mask > 0]
    return float(np.percentile(luminance(to_linear(seen[None])), 90)) if len(seen) else 0.0


def _lids(eye: Eye) -> np.ndarray:
    return np.stack([eye.right, eye.upper, eye.left, eye.lower])


def summary(rows: list[Row]) -> dict[str, Any]:
    """Return the share of the people whose photo allows it in which each part holds."""
    able = [row for row in rows if not row["out"]]
    out = Counter(row["out"] for row in rows if row["out"])
    together = {
        "triangle and direction": [row["triangle"] and row["direction"] for row in able],
        "all": [
            (row["ratio"] or row["shadow"]) and row["triangle"] and row["direction"] and row["eye"]
            for row in able
        ],
    }
    parts = {part: [row[part] for row in able] for part in _PARTS} | together
    figures = ("ratio of cheeks", "ratio to shade", "width", "height", "azimuth", "eye share")
    return {
        "portraits": len(rows),
        "allow it": len(able),
        "left out": out,
        "share": {part: round(float(np.mean(held)), 3) if held else 0.0 for part, held in parts.items()},
        "with those on whom the lamp does not close": round(
            sum(together["triangle and direction"]) / max(len(able) + out["lamp does not close"] + out[_LEFT], 1), 3
        ),
        "p10 p50 p90": {
            name: np.percentile([row[name] for row in able], (10, 50, 90)).round(2).tolist()
            for name in figures if able
        },
        "missed": {row["id"]: [part for part in _PARTS if not row[part]] for row in able
                   if not (row["triangle"] and row["direction"])},
    }  # fmt: skip


def say(name: str, found: dict[str, Any]) -> None:
    """Print the figures of one folder."""
    left = [(f"  {why}", str(count)) for why, count in found["left out"].items()]
    people = [(what, str(found[what])) for what in ("portraits", "allow it")]
    tell(name, people + left)
    share = found["share"]
    both, strict = share["triangle and direction"], found["with those on whom the lamp does not close"]
    rows = [(part, f"{value:.1%}") for part, value in share.items()]
    rows += [
        ("bar", bar(both, "≥ 0.8", met=both >= 0.8)),
        ("with those on whom it cannot close", f"{strict:.1%}"),
    ]
    tell(f"{name}: of those whose photo allows it", rows)
    tell(f"{name}: 10, 50, 90 %", [(part, str(values)) for part, values in found["p10 p50 p90"].items()])


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    options = parser_for(__doc__, "rembrandt-charcoal").parse_args()
    task = Task(preset_of(options), measure)
    everything: dict[str, Any] = {}
    for folder in options.folder:
        everything[folder.name] = summary(rendered(portray(folder, options.every, task)))
        say(folder.name, everything[folder.name])
    keep({"preset": options.preset, "every": options.every, **everything}, options.output)


if __name__ == "__main__":
    main()
