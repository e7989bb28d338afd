"""The print: one photo and the changes chosen for it become a portrait of any size, band by band.

Small things (change of light, spill, what lies beyond the photo's edge) are worked out once on a small
copy and enlarged; only one band of full-size rows is in float at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float32

from catchlight import backdrop, grain, matte, plate, repainted, shadow
from catchlight.anatomy import OtherPicture, Picture
from catchlight.grade import Grade, shoulder
from catchlight.grain import Grain
from catchlight.lamp import lamp
from catchlight.negative import BAND, SMALL, Negative, level, outline, rows_of
from catchlight.pixels import in_all, to_linear, to_srgb
from catchlight.records import Rung
from catchlight.repainted import Painting

_CHUNK = 32 << 10  # pixels
_NO_GRAIN = Grain(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Change:
    """All that is done to the person's pixels, and nothing else: recorded so that it can be checked.

    ``rung`` is how far the picture is changed; ``stops`` the change of light on a small grid over the
    frame; ``around`` the colours near the person's edges, before and behind (small); ``filled`` what
    lies beyond the photo's edge (small), None where the photo fills the frame. ``shadow`` (a small gain
    map) and ``noise`` are what the ground takes from the person. ``painting`` is what a model painted.
    """

    rung: Rung
    grade: Grade
    stops: Float32[np.ndarray, "r c"] | None = None
    around: Float32[np.ndarray, "10 i j"] | None = None
    filled: OtherPicture | None = None
    shadow: Float32[np.ndarray, "e f"] | None = None
    noise: Grain = _NO_GRAIN
    seed: int = 0
    painting: Painting | None = None

    @property
    def keeps_behind(self) -> bool:
        """Whether what is behind the person stays as it was photographed."""
        return self.rung in {Rung.KEEP, Rung.CROP}

    @property
    def paints_behind(self) -> bool:
        """Whether what is behind the person was painted."""
        return self.painting is not None and self.painting.region.behind

    def on(self, linear: Float32[np.ndarray, "h w 3"], height: int, top: int) -> Float32[np.ndarray, "h w 3"]:
        """Return rows of the levelled photo, graded and relit: three channels of a pixel by one light."""
        if self.stops is None:
            return self.grade.apply(linear)
        rows = top, top + linear.shape[0]
        light = np.exp2(plate.enlarge(self.stops, linear.shape[1], height, rows)) * np.float32(
            2**self.grade.exposure
        )
        lit = cv2.multiply(linear, in_all(light))
        return shoulder(np.asarray(cv2.transform(lit, np.diag(self.grade.gains).astype(np.float32))))


def band(
    negative: Negative, change: Change, height: int, top: int, bottom: int
) -> tuple[Picture, Float32[np.ndarray, "h w"]]:
    """Return rows of the portrait, and their alpha."""
    photo = level(negative, change.filled, height, (top, bottom))
    there = rows_of(negative.from_sheet(height), top, bottom)
    device = negative.preset.engines.device
    alpha = outline(negative, there, photo, device)
    if change.keeps_behind:
        return photo, alpha
    colour = np.empty(photo.shape, np.float32)
    for part in _parts(photo):
        colour[part] = change.on(to_linear(photo[part]), height, top + part.start)
    if change.around is not None:
        colour = matte.clean(colour, alpha, change.around, (top, height), device)
    behind = ground(negative, change, there.width, height, (top, bottom))
    made = np.empty_like(photo)
    for part in _parts(photo):
        made[part] = to_srgb(_over(colour[part], behind[part], alpha[part]))
    if change.painting is None:
        return made, alpha
    return repainted.lay(change.painting, repainted.Rows(colour, behind, alpha, height, top), made)[:2]


def _parts(picture: Picture) -> Iterator[slice]:
    """Yield some rows at a time, so few that they stay in the processor's cache."""
    step = max(1, _CHUNK // picture.shape[1])
    return (slice(row, min(row + step, len(picture))) for row in range(0, len(picture), step))


def _over(
    colour: Float32[np.ndarray, "h w 3"],
    behind: Float32[np.ndarray, "h w 3"],
    alpha: Float32[np.ndarray, "h w"],
) -> Float32[np.ndarray, "h w 3"]:
    """Lay the person over the ground, in linear light."""
    over = cv2.subtract(colour, behind)
    cv2.multiply(over, in_all(alpha), dst=over)
    return np.asarray(cv2.add(over, behind, dst=over))


def ground(
    negative: Negative, change: Change, width: int, height: int, rows: tuple[int, int]
) -> Float32[np.ndarray, "h w 3"]:
    """Return rows of the preset's ground with the person's shadow on it and the photo's grain in it."""
    behind = smooth_ground(negative, change, width, height, rows)
    return grain.lay(behind, change.noise, change.seed, rows)


def smooth_ground(
    negative: Negative, change: Change, width: int, height: int, rows: tuple[int, int]
) -> Float32[np.ndarray, "h w 3"]:
    """Return the same without grain."""
    behind = backdrop.render(negative.preset.background, width, height, rows)
    return behind if change.shadow is None else shadow.fall(behind, change.shadow, height, rows)


def bands(negative: Negative, height: int) -> Iterator[tuple[int, int]]:
    """Return first and last row of each band of a print."""
    rows = max(64, BAND // negative.map(height).width)
    return ((top, min(height, top + rows)) for top in range(0, height, rows))


def expose(negative: Negative, change: Change, height: int) -> tuple[Picture, Float32[np.ndarray, "h w"]]:
    """Return the portrait at a height, and its alpha."""
    parts = [band(negative, change, height, *rows) for rows in bands(negative, height)]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([p for p, _ in parts]), np.concatenate([a for _, a in parts])


def settle(negative: Negative, change: Change, height: int, enlarged: float) -> Change:
    """Work out, for a print of this height, the spill in the person's edges, and shadow and grain of the ground."""
    if change.keeps_behind:
        return change
    small, of, key = min(SMALL, height), negative.preset.background, lamp(negative.preset.light)
    photo = level(negative, change.filled, small, (0, small))
    device = negative.preset.engines.device
    alpha = outline(negative, negative.from_sheet(small), photo, device)
    linear = change.on(to_linear(photo), small, 0)
    noise = _noise(negative, change, height, enlarged)
    return replace(
        change,
        around=matte.near(linear, alpha, device),
        shadow=shadow.cast(alpha, of.shadow, key.softness, key.azimuth, key.elevation),
        noise=Grain(noise.sigma * of.grain, noise.size),
        seed=grain.seed_of(negative.sheet),
    )


def _noise(negative: Negative, change: Change, height: int, enlarged: float) -> Grain:
    """Measure the photo's grain at the print's size, on rows from the eyes to the chest."""
    middle, half = round(0.6 * height), min(height // 5, 256)
    rows = middle - half, middle + half
    photo = level(negative, change.filled, height, rows)
    there = rows_of(negative.from_sheet(height), *rows)
    return grain.measure(photo, there.warp(negative.alpha, outside=0.0), enlarged)
