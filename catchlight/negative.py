"""The negative: the photo, levelled for a print of any size, and continued where it ends."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import enlarge, extend, framing, matte, plate
from catchlight.anatomy import Enlarger, Landmarks, OtherPicture, Picture
from catchlight.config import Preset
from catchlight.device import Device
from catchlight.framing import Affine, Frame
from catchlight.mount import Mount
from catchlight.once import Once
from catchlight.plate import Rows

SMALL = 400  # longest side, pixels, of the copy on which changes are worked out
BAND = 8 << 20  # pixels in float at a time


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


def outline(
    negative: Negative, there: Affine, picture: OtherPicture, device: Device = "auto"
) -> Float32[np.ndarray, "h w"]:
    """Return alpha in a frame, or rows of it, that ``there`` maps the sheet to; ``picture`` is what the frame shows.

    It follows the picture's own edges, but where the photo ends: what is filled in there has edges that mean nothing.
    """
    alpha = matte.carry(negative.alpha, negative.sheet, there, picture, device=device)
    guides = _guides(negative.mount, negative.sheet_map)
    if guides is None or there.scale < matte.GUIDED:
        return alpha
    share = there.warp(guides, outside=1.0)
    plain = np.clip(there.warp(negative.alpha, outside=0.0), 0, 1)
    return np.asarray(plain + share * (alpha - plain))


@Once
def _guides(mount: Mount, to: Affine) -> Float32[np.ndarray, "h w"] | None:
    """Return where the sheet's picture may guide its alpha, 0 to 1: away from the photo's edge; None where that is everywhere."""
    seen = mount.seen(to)
    if seen.all():
        return None
    width = 4 * matte.RADIUS + 1
    inner = cv2.erode(seen.astype(np.float32), np.ones((width, width)), borderValue=1.0)
    return np.asarray(cv2.blur(inner, (2 * matte.RADIUS + 1,) * 2))


def rows_of(to: Affine, top: int, bottom: int) -> Affine:
    """Return the map to some rows of a frame."""
    matrix = to.matrix.copy()
    matrix[1, 2] -= top
    return Affine(matrix, to.width, bottom - top)


def level(negative: Negative, filled: OtherPicture | None, height: int, rows: Rows) -> Picture:
    """Return rows of the levelled photo, continued by ``filled`` where it ends. Nobody may write to them."""
    if height * negative.map(height).width <= BAND:  # asked for again: for the grain, then the print
        return _whole(negative, filled, height)[slice(*rows)]
    return _levelled(negative, filled, height, rows)


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


def beyond(negative: Negative, height: int) -> Picture | None:
    """Return the frame with what lies beyond the photo's edge filled in, small; None when nothing does."""
    to = negative.map(height)
    seen = negative.seen(to)
    if seen.all():
        return None
    alpha = negative.from_sheet(height).warp(negative.alpha, outside=0.0)
    return extend.fill(framing.level(negative.picture, to), seen, _cloth(alpha, to, negative.face))


def _cloth(alpha: Float32[np.ndarray, "h w"], to: Affine, face: Landmarks) -> Bool[np.ndarray, "h w"]:
    """Return what may be mirrored where the photo ends: the person well below the chin, never a face."""
    from_row = float(to.points(face.chin)[1]) + 0.25 * face.eye_to_chin * to.scale
    return (alpha > 0.95) & (np.arange(alpha.shape[0])[:, None] > from_row)
