"""The key light a preset asks for, and how it falls on a face: where the lamp is seen, and how squarely."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float32, Float64

from catchlight import config, triangle
from catchlight.relief import UNIT, Relief

_RAYS = 9


@dataclass(frozen=True, slots=True)
class Lamp:
    """A key light.

    ``azimuth`` (> 0 from the picture's right) and ``elevation`` in degrees; ``ratio`` of key cheek to
    shadow cheek; ``softness`` 0–1; ``fill`` over key where the ratio does not say it; ``reach``: how many
    stops a photo's light may be moved; ``blur``: detail of the new light that is left out, in T.
    ``closes``: whether the lamp is moved until the shadows close to a Rembrandt triangle; its ratio is
    key cheek to the shadow around that triangle.
    ``exposure``: stops by which portraits are exposed lower than their photos, the same for everybody (0 or less).
    """

    azimuth: float
    elevation: float
    ratio: float
    softness: float = 0.5
    fill: float = 0.2
    reach: float = 1.6
    blur: float = 0.08
    closes: bool = False
    exposure: float = 0.0

    @property
    def direction(self) -> Float64[np.ndarray, " 3"]:
        """Unit vector towards the lamp."""
        return _towards(self.azimuth, self.elevation)

    @property
    def side(self) -> int:
        """−1 for a lamp on the picture's left, 1 on its right."""
        return -1 if self.azimuth < 0 else 1


_PATTERNS = {
    "flat": Lamp(0.0, 12.0, 1.0, fill=0.9),
    "butterfly": Lamp(0.0, 45.0, 1.0, fill=0.3),
    "loop": Lamp(-30.0, 30.0, 1.75, reach=1.3),
    "rembrandt": Lamp(-48.0, 36.0, 5.0, reach=3.6, blur=0.02, closes=True, exposure=-0.2),
}
# Where a photographer would move the lamp, nearest first: degrees aside and up.
_MOVES = sorted(
    ((a, e) for a in range(-12, 17, 4) for e in range(-16, 17, 4)),
    key=lambda move: move[0] ** 2 + move[1] ** 2,
)
_FILLS = 4
_FILL = (0.08, 1.0)  # the key is 1


def lamp(of: config.Light) -> Lamp:
    """Return the key light of a preset: its pattern's, or its own numbers.

    A lamp in the middle lights both cheeks alike, whatever ratio is asked for: which of them is a shade nearer to it
    is the face's own shape, and says nothing of the fill.
    """
    own: dict[str, Any] = {
        "azimuth": of.azimuth,
        "elevation": of.elevation,
        "ratio": of.ratio,
        "softness": of.softness,
        "exposure": of.exposure,
    }
    made = replace(_PATTERNS[of.pattern], **{name: value for name, value in own.items() if value is not None})
    return made if made.azimuth or made.closes else replace(made, ratio=1.0)


def place(relief: Relief, of: Lamp) -> Lamp:
    """Move a lamp that should close the shadows until it does on this face; else leave it where it is.

    LookupError when the cheek away from it cannot be seen.
    """
    return next(closing(relief, of), of) if of.closes else of


def closing(relief: Relief, of: Lamp) -> Iterator[Lamp]:
    """Yield the places around a lamp, nearest first, from which it draws a Rembrandt triangle on this relief."""
    for aside, up in _MOVES:
        moved = replace(of, azimuth=of.azimuth + of.side * aside, elevation=of.elevation + up)
        if triangle.find(target(relief, moved), relief, of.side).is_clear:
            yield moved


def _towards(azimuth: float, elevation: float) -> Float64[np.ndarray, " 3"]:
    a, e = np.radians([azimuth, elevation])
    return np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])


def key_shade(relief: Relief, of: Lamp) -> Float32[np.ndarray, "h w"]:
    """Return what the key alone gives: max(0, n·d) where the lamp is seen, mean over the lamp's area."""
    total = np.zeros(relief.depth.shape, np.float32)
    for direction in _rays(of):
        facing = np.maximum(relief.normals @ direction.astype(np.float32), 0)
        total += facing * seen_from(relief, direction)
    return total / _RAYS


def _rays(of: Lamp) -> list[Float64[np.ndarray, " 3"]]:
    """Return directions spread evenly over a round lamp (Vogel's spiral)."""
    reach = 3 + 15 * of.softness  # degrees from the lamp's middle to its rim
    turns = np.arange(_RAYS) * np.pi * (3 - np.sqrt(5))
    away = reach * np.sqrt((np.arange(_RAYS) + 0.5) / _RAYS)
    return [
        _towards(of.azimuth + a * np.cos(t), of.elevation + a * np.sin(t))
        for a, t in zip(away, turns, strict=True)
    ]


def seen_from(relief: Relief, direction: Float64[np.ndarray, " 3"]) -> Float32[np.ndarray, "h w"]:
    """Return which of the surface sees the lamp: rays are marched over the depth of the face."""
    along = direction[:2] * (1, -1)
    length = float(np.hypot(*along))
    if length < 0.05:
        return np.ones(relief.depth.shape, np.float32)
    highest = np.full(relief.depth.shape, -np.inf, np.float32)  # of what stands between, above the ray's rise
    rise = direction[2] / length / UNIT
    most = float(relief.depth.max() - relief.depth.min())  # a ray that has risen by it meets nothing more
    for step in range(2, min(UNIT, int(most / max(rise, 1e-6)) + 1), 2):
        moved = np.array([[1, 0, -along[0] / length * step], [0, 1, -along[1] / length * step]])
        there = cv2.warpAffine(relief.depth, moved, relief.depth.shape[::-1], borderValue=-9.0)
        np.maximum(highest, there - np.float32(step * rise), out=highest)
    return np.clip(1 - (highest - relief.depth - np.float32(0.012)) * 25, 0, 1)


def target(relief: Relief, of: Lamp) -> Float32[np.ndarray, "h w"]:
    """Return what key and fill give together: fill is chosen so that the cheeks show the lamp's ratio."""
    key = key_shade(relief, of)
    return key + (_shadow_fill if of.closes else _fill)(relief, key, of)


def _fill(relief: Relief, key: Float32[np.ndarray, "h w"], of: Lamp) -> float:
    left, right = (float(key[cheek].mean()) if cheek.any() else 0.0 for cheek in relief.cheeks)
    near, far = (left, right) if of.azimuth < 0 else (right, left)
    if of.ratio < 1.05 or near <= far:
        return of.fill
    return float(np.clip((near - of.ratio * far) / (of.ratio - 1), *_FILL))


def _shadow_fill(relief: Relief, key: Float32[np.ndarray, "h w"], of: Lamp) -> float:
    """Return the fill with which key cheek to the shadow around the triangle is the ratio: (K+F) : F (``triangle.shade``)."""
    near, far = (key[cheek] for cheek in relief.cheeks[:: -of.side])
    if not near.size or not far.size or of.ratio < 1.05:
        return of.fill
    found = of.fill
    for _ in range(_FILLS):  # what counts as shadow depends on the fill
        dark = float(np.median(triangle.shade(far + found))) - found
        found = float(np.clip((np.median(near) - of.ratio * dark) / (of.ratio - 1), *_FILL))
    return found
