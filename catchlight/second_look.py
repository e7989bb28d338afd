"""A second look at the finished portrait: what was kept of the photo's surroundings shows once they are gone.

In the photo a flag behind a shoulder may pass for a part of the person. Alone on an even ground it does not.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64

from catchlight.anatomy import OtherPicture, Picture, Segmenter
from catchlight.framing import Head
from catchlight.once import Once
from catchlight.pixels import in_all, to_linear, to_srgb

ROWS = 512  # pixels: the portrait is looked at this size
_HEAD = 0.65  # of the square around it, chin to crown
_MIDDLE = np.array([0.5, 0.46])  # of that square: where the head's middle is
_GROUND = (235, 235, 238)  # sRGB, the same whatever the preset's is
_LEAST = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))  # what is thinner is hair or rim


def scraps(
    portrait: OtherPicture,
    alpha: Float32[np.ndarray, "h w"],
    head: Head,
    behind: Float32[np.ndarray, "H W 3"] | None,
    segmenter: Segmenter,
) -> Bool[np.ndarray, "H W"]:
    """Return what belongs to the person by ``alpha`` and to nobody by a second look, at 512 rows.

    It is looked at in the preset's frame and in the same square around every ``head`` (the portrait's pixels), since
    what passes for a part of the person hangs on the frame. ``behind`` is the preset's ground at 512 rows, linear: it
    is changed for an even light one, or a dark one's rim would pass for hair. None where that is not the ground.
    """
    small, share = reduced(portrait, alpha)
    size = small.shape[1::-1]
    small = small if behind is None else _on_even_ground(small, share, behind)
    to = _around(head, ROWS / len(portrait))
    square = cv2.warpAffine(small, to, (ROWS, ROWS), borderValue=_GROUND)
    near = doubted(square, np.asarray(cv2.warpAffine(share, to, (ROWS, ROWS)), np.float32), segmenter)
    near = cv2.warpAffine(near.view(np.uint8), to, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP) > 0
    return np.asarray(doubted(small, share, segmenter) | near)


@Once
def reduced(
    portrait: OtherPicture, alpha: Float32[np.ndarray, "h w"]
) -> tuple[OtherPicture, Float32[np.ndarray, "512 w"]]:
    """Return both at 512 rows."""
    size = (round(ROWS * portrait.shape[1] / portrait.shape[0]), ROWS)
    small, share = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (portrait, alpha))
    return small, np.asarray(share, np.float32)


def _on_even_ground(
    picture: OtherPicture, alpha: Float32[np.ndarray, "h w"], behind: Float32[np.ndarray, "h w 3"]
) -> Picture:
    even = to_linear(np.full((1, 1, 3), _GROUND, np.uint8)).ravel().tolist()
    lighter = cv2.multiply(cv2.subtract((*even, 0.0), behind), in_all(1 - alpha))
    return to_srgb(np.asarray(cv2.add(to_linear(picture), lighter)))


def _around(head: Head, scale: float) -> Float64[np.ndarray, "2 3"]:
    """Return the map from a picture to a square of 512 pixels around its head; ``scale`` times the head's pixels."""
    times = _HEAD * ROWS / (head.height * scale)
    middle = np.array([head.middle, (head.crown + head.chin) / 2]) * scale
    return np.column_stack([np.eye(2) * times, _MIDDLE * ROWS - times * middle])


def doubted(
    picture: OtherPicture, alpha: Float32[np.ndarray, "h w"], segmenter: Segmenter
) -> Bool[np.ndarray, "h w"]:
    """Return the same for a picture of about 512 rows, as it is framed."""
    ground = cv2.rectangle(np.empty_like(picture), (0, 0), picture.shape[1::-1], _GROUND, cv2.FILLED)
    alone = cv2.blendLinear(picture, ground, alpha, 1 - alpha)
    found = (alpha > 0.5) & (segmenter.segment(alone) < 0.5)
    return cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_OPEN, _LEAST) > 0


def of_head(piece: float, rows: int, head: float) -> float:
    """Return a piece, in squares of a picture's ``rows``, in percent of a square of the ``head``'s height."""
    return 100 * piece * (rows / head) ** 2


def largest(found: Bool[np.ndarray, "H W"]) -> float:
    """Return the area of the largest piece, in squares of the picture's height."""
    if not found.any():
        return 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    return float(stats[1:, cv2.CC_STAT_AREA].max(initial=0)) / found.shape[0] ** 2
