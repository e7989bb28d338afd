"""Takes of a painter, measured: still the same face, one person, clean edges, nothing that the preset forbids."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from catchlight import plugins
from catchlight.checks import FAILED, measured
from catchlight.judge import limits
from catchlight.sitting import Sitting
from catchlight.studio import Studio

# What a take may differ by from the studio's own portrait of the same frame.
GATES: Mapping[str, float] = {
    "likeness": 0.4,  # of the engine's distance for the same person
    "face moved": 1.5,  # % of the eye distance
    "skin": 2.0,  # ΔE00 of the face's mean
    "faces": 1.0,
    "outline": 5.0,  # % of the alpha of what the camera saw
}
_APART = 0.1  # a second face counts from this share of the first one's area


@dataclass(frozen=True, slots=True)
class Score:
    """How one take measures: by gate, and the checks that flag it but not the studio's own portrait."""

    seed: int
    values: Mapping[str, float] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    fault: str = ""

    @property
    def against(self) -> tuple[str, ...]:
        """What speaks against it."""
        beyond = [name for name, value in self.values.items() if not value <= GATES[name]]
        return (*([self.fault] * bool(self.fault)), *beyond, *sorted(self.flags))

    @property
    def distance(self) -> float:
        """How far it is from the studio's portrait: the mean share of the gates that it uses up."""
        return float(np.mean([value / GATES[name] for name, value in self.values.items()]))


def score(seed: int, take: Sitting, studios: Sitting, studio: Studio) -> Score:
    """Measure a take beside the studio's own portrait of the same frame and size."""
    values = {
        "likeness": take.likeness or 0.0,
        "face moved": _moved(take, studios),
        "skin": _skin(take, studios),
        "faces": float(_faces(take, studio)),
        "outline": _outline(take, studios),
    }
    return Score(seed, values, flagged(take) - flagged(studios))


def flagged(sitting: Sitting) -> frozenset[str]:
    """Return the checks whose limits a portrait passes, or that failed on it, notes and what counts any painting left out."""
    found = set()
    for name, limit in limits(sitting.preset).items():
        check = plugins.load("catchlight.checks", name)
        if limit.outcome == "note" or getattr(check, "OF_PAINTING", False):
            continue
        value, error, _ = measured(name, sitting)
        if error.startswith(FAILED):
            found.add(name)
        if value is None:
            continue
        low, high = limit.low, limit.high
        if (low is not None and value < low) or (high is not None and value > high):
            found.add(name)
    return frozenset(found)


def _moved(take: Sitting, studios: Sitting) -> float:
    """Return the mean distance between the landmarks of both, in percent of the eye distance."""
    away = np.linalg.norm(take.face.mesh[:, :2] - studios.face.mesh[:, :2], axis=1)
    return 100 * float(away.mean()) / studios.face.eye_distance


def _skin(take: Sitting, studios: Sitting) -> float:
    """Return ΔE00 between the mean colours inside the face of both."""
    from skimage.color import deltaE_ciede2000, rgb2lab  # noqa: PLC0415  only workers need it

    hull = np.zeros(studios.portrait.shape[:2], np.uint8)
    cv2.fillPoly(hull, [np.round(studios.face.oval).astype(np.int32)], (1,))
    first, second = (rgb2lab(one.portrait)[hull > 0].mean(0) for one in (take, studios))
    return float(deltaE_ciede2000(first, second))


def _faces(take: Sitting, studio: Studio) -> int:
    """Return how many people are in it: a painter may put one behind somebody."""
    areas = [face.area for face in studio.finder.find(take.portrait)]
    return sum(area >= _APART * max(areas) for area in areas) if areas else 0


def _outline(take: Sitting, studios: Sitting) -> float:
    """Return by how much the painted person's matte leaves the studio's where the camera saw, in percent of it."""
    painting = take.change.painting
    if painting is None or not (painting.region.beyond > 0).any():
        return 0.0
    size = studios.alpha.shape[::-1]
    there = cv2.resize(painting.alpha, size, interpolation=cv2.INTER_AREA)
    seen = cv2.resize(painting.region.beyond, size, interpolation=cv2.INTER_AREA) == 0
    away = float(np.abs(there - studios.alpha)[seen].sum())
    return 100 * away / max(float(studios.alpha[seen].sum()), 1.0)
