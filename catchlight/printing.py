"""The print: one photo and the changes chosen for it become a portrait of any size, band by band.

Small things (change of light, spill, what lies beyond the photo's edge) are worked out once on a small
copy and enlarged; only one band of full-size rows is in float at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import backdrop, enlarge, extend, framing, grain, matte, plate, repainted, shadow
from catchlight.anatomy import Enlarger, Landmarks, OtherPicture, Picture
from catchlight.config import Preset
from catchlight.framing import Affine, Frame
from catchlight.grade import Grade, shoulder
from catchlight.grain import Grain
from catchlight.lamp import lamp
from catchlight.mount import Mount
from catchlight.once import Once
from catchlight.pixels import in_all, to_linear, to_srgb
from catchlight.plate import Rows
from catchlight.records import Rung
from catchlight.repainted import Painting

SMALL = 400  # longest side, pixels, of the copy on which changes are worked out
BAND = 8 << 20  # pixels in float at a time
_CHUNK = 32 << 10  # pixels


@dataclass(frozen=True, slots=True)
class Negative:
    """What a portrait is printed from: the photo, the person's matte on the sheet, and the frame chosen."""

    picture: Picture
    mount: Mount
    face: Landmarks
    sheet_map: Affine
    sheet: OtherPicture
    alpha: Float32[np.ndarray, "H W"]
    frame: Frame | None
    preset: Preset
    enlarger: Enlarger | None = None

    def map(self, height: int) -> Affine:
        """Return the map from the photo to a print of this height; without a frame the photo stays as it is."""
        if self.frame is None:
            scale = height / self.picture.shape[0]
            return Affine(np.eye(2, 3) * scale, round(self.picture.shape[1] * scale), height)
        return framing.portrait(self.frame, self.sheet_map, self.preset.crop, height)

    def from_sheet(self, height: int) -> Affine:
        """Return the map from the sheet to a print of this height."""
        return framing.between(self.sheet_map, self.map(height))

    def seen(self, to: Affine) -> Bool[np.ndarray, "h w"]:
        """Return where a frame holds photo."""
        return self.mount.seen(to)


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

    def on(self, linear: Float32[np.ndarray, "h w 3"], height: int, top: int) -> Float32[np.ndarray, "h w 3"]:
        """Return rows of the levelled photo, graded and relit: three channels of a pixel by one light."""
        if self.stops is None:
            return self.grade.apply(linear)
        rows = top, top + linear.shape[0]
        light = np.exp2(plate.enlarge(self.stops, linear.shape[1], height, rows)) * np.float32(
            2**self.grade.stops
        )
        lit = cv2.multiply(linear, in_all(light))
        return shoulder(np.asarray(cv2.transform(lit, np.diag(self.grade.gains).astype(np.float32))))


def rows_of(to: Affine, top: int, bottom: int) -> Affine:
    """Return the map to some rows of a frame."""
    matrix = to.matrix.copy()
    matrix[1, 2] -= top
    return Affine(matrix, to.width, bottom - top)


def level(negative: Negative, change: Change, height: int, top: int, bottom: int) -> Picture:
    """Return rows of the levelled photo, continued where it ends. Nobody may write to them."""
    if height * negative.map(height).width <= BAND:  # asked for again: for the grain, then the print
        return _whole(negative, change.filled, height)[top:bottom]
    return _levelled(negative, change.filled, height, (top, bottom))


@Once
def _whole(negative: Negative, filled: OtherPicture | None, height: int) -> Picture:
    return _levelled(negative, filled, height, (0, height))


def _levelled(negative: Negative, filled: OtherPicture | None, height: int, rows: Rows) -> Picture:
    to = rows_of(negative.map(height), *rows)
    picture = framing.level(negative.picture, to)
    if negative.enlarger and to.scale > 1:
        face = plate.enlarge(_face(negative), to.width, height, rows)
        picture = enlarge.blend(picture, enlarge.resample(negative.picture, to, negative.enlarger), face)
    return picture if filled is None else _continued(picture, ~negative.seen(to), filled, height, rows[0])


def _continued(
    picture: Picture, hidden: Bool[np.ndarray, "h w"], filled: OtherPicture, height: int, top: int
) -> Picture:
    """Return rows of a frame with what lies beyond the photo's edge in the places that it hides."""
    rows = np.flatnonzero(hidden.any(1))
    if not rows.size:
        return picture
    first, last = int(rows[0]), int(rows[-1]) + 1
    wide = plate.enlarge(filled.astype(np.float32), picture.shape[1], height, (top + first, top + last))
    continued = picture.copy()
    cv2.copyTo(cv2.convertScaleAbs(wide), hidden[first:last].view(np.uint8), continued[first:last])
    return continued


def _face(negative: Negative) -> Float32[np.ndarray, "h w"]:
    """Return where the face is on a small print: no network touches it."""
    to = negative.map(SMALL)
    return enlarge.face_mask(to.points(negative.face.oval), to.height, to.width)


def band(
    negative: Negative, change: Change, height: int, top: int, bottom: int
) -> tuple[Picture, Float32[np.ndarray, "h w"]]:
    """Return rows of the portrait, and their alpha."""
    photo = level(negative, change, height, top, bottom)
    there = rows_of(negative.from_sheet(height), top, bottom)
    device = negative.preset.engines.device
    alpha = matte.carry(negative.alpha, negative.sheet, there, photo, device=device)
    if change.rung in {Rung.KEEP, Rung.CROP}:
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
    behind = backdrop.render(negative.preset.background, width, height, rows)
    if change.shadow is not None:
        behind = shadow.fall(behind, change.shadow, height, rows)
    return grain.lay(behind, change.noise, change.seed, rows)


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
    if change.rung in {Rung.KEEP, Rung.CROP}:
        return change
    small, of, key = min(SMALL, height), negative.preset.background, lamp(negative.preset.light)
    photo = level(negative, change, small, 0, small)
    device = negative.preset.engines.device
    alpha = matte.carry(negative.alpha, negative.sheet, negative.from_sheet(small), photo, device=device)
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
    photo = level(negative, change, height, middle - half, middle + half)
    there = rows_of(negative.from_sheet(height), middle - half, middle + half)
    return grain.measure(photo, there.warp(negative.alpha, outside=0.0), enlarged)


def beyond(negative: Negative, height: int) -> Picture | None:
    """Return the frame with what lies beyond the photo's edge filled in, small; None when nothing does."""
    to = negative.map(height)
    seen = negative.seen(to)
    if seen.all():
        return None
    alpha = negative.from_sheet(height).warp(negative.alpha, outside=0.0)
    return extend.fill(framing.level(negative.picture, to), seen, cloth(alpha, to, negative.face))


def cloth(alpha: Float32[np.ndarray, "h w"], to: Affine, face: Landmarks) -> Bool[np.ndarray, "h w"]:
    """Return what may be mirrored where the photo ends: the person well below the chin, never a face."""
    from_row = float(to.points(face.chin)[1]) + 0.25 * face.eye_to_chin * to.scale
    return (alpha > 0.95) & (np.arange(alpha.shape[0])[:, None] > from_row)
