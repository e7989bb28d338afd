"""A painted picture laid under and around the person, in linear light; outside its mask every byte stays."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from catchlight import plate
from catchlight.anatomy import OtherPicture, Picture
from catchlight.pixels import to_linear, to_srgb
from catchlight.repaint import Region


@dataclass(frozen=True, slots=True)
class Painting:
    """What a model painted over the frame, at its own size, and where it counts.

    ``person`` has the painted person's own colours and ``alpha`` their matte, for what the camera did not
    see. ``told`` says which seed of how many, for the record.
    """

    picture: OtherPicture
    person: OtherPicture
    alpha: Float32[np.ndarray, "p q"]
    region: Region
    told: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a print before anything painted is laid on: the person's colour, what is behind, alpha (linear)."""

    colour: Float32[np.ndarray, "h w 3"]
    behind: Float32[np.ndarray, "h w 3"]
    alpha: Float32[np.ndarray, "h w"]
    height: int
    top: int


def lay(
    painting: Painting, rows: Rows, studio: Picture
) -> tuple[Picture, Float32[np.ndarray, "h w"], Bool[np.ndarray, "h w"]]:
    """Return the rows with what was painted, their alpha, and where they may differ from the studio's."""
    region = painting.region
    beyond, body, ring = (_share(each, rows) for each in (region.beyond, region.body, region.ring))
    alpha = rows.alpha + (_share(painting.alpha, rows) - rows.alpha) * beyond
    kept = _share(region.kept.astype(np.float32), rows) > 0
    mask = (beyond > 0) | (body > 0) | (ring > 0)
    behind = rows.behind
    if region.behind:
        behind, mask = _linear(painting.picture, rows), mask | (rows.alpha < 1)
    painted = np.maximum(beyond, body)[..., None]
    colour = rows.colour + (_linear(painting.person, rows) - rows.colour) * painted
    made = behind + (colour - behind) * alpha[..., None]
    made += (_linear(painting.picture, rows) - made) * ring[..., None]
    mask &= ~kept
    return np.where(mask[..., None], to_srgb(made), studio), np.where(mask, alpha, rows.alpha), mask


def _share(of: Float32[np.ndarray, "p q"], rows: Rows) -> Float32[np.ndarray, "h w"]:
    """Enlarge a share to the print: where it and what is around it is 0, it stays exactly 0."""
    return np.asarray(_large(of, rows))


def _linear(of: OtherPicture, rows: Rows) -> Float32[np.ndarray, "h w 3"]:
    return np.asarray(_large(to_linear(of), rows))


def _large(of: np.ndarray, rows: Rows) -> np.ndarray:
    here = rows.top, rows.top + rows.alpha.shape[0]
    return np.asarray(plate.enlarge(of, rows.alpha.shape[1], rows.height, here))
