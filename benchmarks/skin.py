"""Is skin left as light or dark as it is? The change of its luminance against what the photo shows.

    python benchmarks/skin.py FOLDER… [--preset house] [--every 2] [--output FILE]

The change is the check skin_ev: stops, + is lighter, on the same pixels. The slope and the gap are told
over equally exposed photos: those whose exposure was not corrected and of whose skin less than 5 %
is clipped; a badly exposed photo says nothing of skin. Thirds are by the photo's skin luminance.
Intervals are 95 %, by bootstrap. Luminance stays in memory; only aggregates are written, no ids.
Bars: |slope| ≤ 0.02 EV a doubling, |gap| ≤ 0.05 EV, nobody beyond ±0.25 EV without a flag. The spread of
skin luminance is not to shrink: people have different skin.
"""

from dataclasses import asdict
from typing import Any

import cv2
import numpy as np
from sittings import (
    Row,
    Task,
    accepted,
    bar,
    clipped,
    keep,
    known,
    parser_for,
    portray,
    preset_of,
    rendered,
    tell,
)

from catchlight.bootstrap import Estimate, shift, spearman
from catchlight.sitting import Sitting
from catchlight.studio import Studio

_SLOPE, _GAP, _FAR = 0.02, 0.05, 0.25
_CLIPPED = 0.05
_SMALLEST = 20  # people in a third


def exposure(sitting: Sitting, studio: Studio) -> Row:
    """Return how light the photo's skin is (log2 of linear luminance), and whether the photo was exposed well."""
    del studio
    if sitting.photo_light is None:
        return {}
    even = sitting.grade.stops == 0 and clipped(sitting) < _CLIPPED
    return {"luminance": float(np.log2(sitting.photo_light.lit.level)), "evenly exposed": even}


def changes(rows: list[Row]) -> dict[str, Any]:
    """Return mean, slope and gap of the change of skin, each with its interval."""
    ordered = sorted(rows, key=lambda row: row["luminance"])
    thirds = [ordered[len(ordered) * n // 3 : len(ordered) * (n + 1) // 3] for n in range(3)]
    if len(thirds[0]) < _SMALLEST:
        return {"people": len(rows), "left out": f"a third has fewer than {_SMALLEST} people"}
    logs = [np.array([row["luminance"] for row in third]) for third in thirds]
    values = [np.array([row["skin_ev"] for row in third]) for third in thirds]
    found = shift(logs, values)
    before, moved = np.concatenate(logs), np.concatenate(values)
    return {
        "people": len(rows),
        "mean": asdict(found.mean),
        "slope": asdict(found.slope),
        "gap, darkest − lightest third": asdict(found.gap),
        "thirds": [asdict(mean) for mean in found.means],
        "sd of the change": float(moved.std()),
        "sd of skin, stops": [float(before.std()), float((before + moved).std())],
        "rank correlation": spearman(before, before + moved),
    }


def far(rows: list[Row]) -> dict[str, int]:
    """Return how many changed further than the bound, and how many of them nothing was said of."""
    beyond = [row for row in rows if abs(row["skin_ev"]) > _FAR]
    told = [row for row in beyond if any(reason.startswith("skin_ev.") for reason in row["reasons"])]
    return {
        "people": len(rows),
        "beyond ±0.25 EV": len(beyond),
        "of them without its flag": len(beyond) - len(told),
        "of them accepted": len(accepted(beyond)),
    }


def say(name: str, found: dict[str, Any]) -> None:
    """Print the figures of one folder."""
    for who in ("equally exposed", "equally exposed, accepted", "everybody"):
        changed = found[who]
        rows = [("people", str(changed["people"]))]
        if "left out" not in changed:
            rows += _rows(changed)
        tell(f"{name}, {who}", rows)
    tell(f"{name}, far", [(what, str(count)) for what, count in found["far"].items()])


def _rows(changed: dict[str, Any]) -> list[tuple[str, str]]:
    slope, gap = changed["slope"], changed["gap, darkest − lightest third"]
    before, after = changed["sd of skin, stops"]
    return [
        ("mean, EV", _words(changed["mean"])),
        ("slope, EV a doubling", _words(slope, _SLOPE)),
        ("gap, darkest − lightest third, EV", _words(gap, _GAP)),
        ("sd of the change, EV", f"{changed['sd of the change']:.3f}"),
        ("sd of skin, stops", f"{before:.3f} → {after:.3f}  ×{after / max(before, 1e-9):.3f}"),
        ("rank correlation before, after", f"{changed['rank correlation']:.3f}"),
    ]


def _words(figure: dict[str, float], most: float | None = None) -> str:
    of = Estimate(**figure)
    value = f"{of.value:+.3f}" if most is None else bar(of.value, f"≤ {most}", met=abs(of.value) <= most)
    return f"{value} [{of.low:+.3f}, {of.high:+.3f}]"


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    options = parser_for(__doc__).parse_args()
    task = Task(preset_of(options), exposure)
    everything: dict[str, Any] = {}
    for folder in options.folder:
        rows = known(rendered(portray(folder, options.every, task)), "luminance", "skin_ev")
        even = [row for row in rows if row["evenly exposed"]]
        groups = {"equally exposed": even, "equally exposed, accepted": accepted(even), "everybody": rows}
        everything[folder.name] = {who: changes(group) for who, group in groups.items()} | {"far": far(rows)}
        say(folder.name, everything[folder.name])
    keep({"preset": options.preset, "every": options.every, **everything}, options.output)


if __name__ == "__main__":
    main()
