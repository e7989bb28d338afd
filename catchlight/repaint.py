"""What a painter may touch: worked out from anatomy and matte, never left to a model.

Never the face, skin, hair core, glasses, or what covers the head: all of the person above the chin is kept,
and below it skin and whatever hangs down from the head in its colours.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight.anatomy import Landmarks, Picture
from catchlight.pixels import to_linear

COLLAR = 0.1  # clothes begin so far below the chin, in eye-to-chin lengths
_CORE, _GROWN = 0.92, 1.12  # sizes of the face's outline: surely skin, and grown over ears and temples
_ALIKE = 12.0  # ΔE76 within which a pixel is taken for skin, or for what the head wears
_HUE, _DARK = (
    0.06,
    0.08,
)  # shares of red, green and blue within which a shadow's hue is skin's, from this share of its light on
_FEATHER = 0.012  # width, share of the height, over which painted passes into photographed
_SURE = 0.95  # alpha of what is surely the person
_TONES = 3  # colours that a head of hair, or its covering, is described by
_LEAST = 0.3  # share of the body that must be told to be clothes for them to be repainted
_CUT = 0.001  # share of a face beyond the photo's edge from which on the photo cuts it

Mask = Bool[np.ndarray, "h w"]
Share = Float32[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be painted of one portrait."""

    setting: bool = False
    shoulders: bool = False
    crown: bool = False
    edge: bool = False
    clothes: bool = False

    def __bool__(self) -> bool:
        """Whether anything is."""
        return any(getattr(self, name) for name in self.__slots__)

    @property
    def names(self) -> tuple[str, ...]:
        """What is, by name."""
        return tuple(name for name in self.__slots__ if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Region:
    """Where a frame may be repainted.

    ``mask`` is what the model is told; ``kept`` is never touched; ``beyond`` (0–1) is what the camera did
    not see, ``body`` clothes that were seen, ``ring`` the rim of hair; all 0 where nothing is.
    """

    mask: Mask
    kept: Mask
    beyond: Share
    body: Share
    ring: Share
    behind: bool


def region(picture: Picture, alpha: Share, seen: Mask, face: Landmarks, wanted: Wanted) -> Region:
    """Return where a levelled portrait may be repainted; ``face`` in its pixels. LookupError: clothes cannot be told."""
    feather = max(2.0, _FEATHER * picture.shape[0])
    kept = protected(picture, alpha, seen, face)
    beyond = _beyond(seen, face, wanted, feather) * ~kept
    cloth = clothes(alpha, seen, kept, face) if wanted.clothes else np.zeros_like(kept)
    body = _from(kept, feather) * cloth
    ring = _ring(alpha, kept, face) * seen if wanted.edge else np.zeros_like(alpha)
    mask = (beyond > 0) | cloth | (ring > 0)
    if wanted.setting:
        mask |= (alpha < 0.98) & ~kept
    return Region(mask, kept, beyond.astype(np.float32), body, ring.astype(np.float32), wanted.setting)


def cuts_face(seen: Mask, face: Landmarks) -> bool:
    """Whether a photo's edge runs through a face, or through an ear: what lies beyond would be made up by a model."""
    rows = np.arange(seen.shape[0])[:, None]
    ears = (rows >= face.eyes[1]) & (rows < _mouth(face)) & _hull(face, seen.shape, _GROWN)
    whole = _hull(face, seen.shape, 1.0) | ears
    return bool((whole & ~seen).sum() > _CUT * whole.sum())


def protected(picture: Picture, alpha: Share, seen: Mask, face: Landmarks) -> Mask:
    """Return what is never painted: the grown face, the person above the collar, skin, and what hangs from the head."""
    from skimage.color import rgb2lab  # noqa: PLC0415  only workers need it

    person, rows = (alpha > _SURE) & seen, np.arange(alpha.shape[0])[:, None]
    hull = (_hull(face, alpha.shape, _CORE) | (_hull(face, alpha.shape, _GROWN) & (alpha > 0.9))) & seen
    head = person & (rows < _collar(face))
    lab = rgb2lab(picture).astype(np.float32)
    skin = person & _skin(picture, lab, face)
    below = person & (rows >= _collar(face))
    worn = _hanging(lab, head & ~hull, below)
    return hull | head | _grown(skin & below, 2) | worn


def clothes(alpha: Share, seen: Mask, kept: Mask, face: Landmarks) -> Mask:
    """Return the clothes that were seen; LookupError where they cannot be told from hair, covering or skin."""
    below = seen & (np.arange(alpha.shape[0])[:, None] >= _collar(face))
    sure = below & (alpha > _SURE)
    if (sure & ~kept).sum() < _LEAST * max(int(sure.sum()), 1):
        message = "clothes cannot be told from hair, a head covering or skin"
        raise LookupError(message)
    return below & ~kept & (alpha > 1 - _SURE)


def _beyond(seen: Mask, face: Landmarks, wanted: Wanted, feather: float) -> Share:
    """Return what was not seen and is wanted: 0 at the photo's edge, 1 a feather beyond it."""
    rows = np.arange(seen.shape[0])[:, None]
    lower, upper = (rows >= _mouth(face)) & wanted.shoulders, (rows < _mouth(face)) & wanted.crown
    hidden = ~seen & (lower | upper)
    away = cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, 5)
    return np.where(hidden, np.clip((away - 2) / feather, 0, 1), 0).astype(np.float32)


def _ring(alpha: Share, kept: Mask, face: Landmarks) -> Share:
    """Return the rim of hair: most where alpha is half, nothing at the core and outside."""
    rows = np.arange(alpha.shape[0])[:, None]
    return np.where((rows < _collar(face)) & ~kept, 4 * alpha * (1 - alpha), 0).astype(np.float32)


def _skin(picture: Picture, lab: np.ndarray, face: Landmarks) -> Mask:
    """Return what has a colour of the face or of the throat under the chin, or either's hue in a shadow."""
    linear = to_linear(picture)
    light = linear.sum(2)
    hue = linear / np.maximum(light, 1e-6)[..., None]
    found = np.zeros(light.shape, bool)
    for own in (_hull(face, light.shape, 0.7), _throat(face, light.shape)):
        if own.any():
            shaded = (_away(hue, np.median(hue[own], axis=0)[None]) < _HUE) & (
                light > _DARK * np.median(light[own])
            )
            found |= shaded | (_away(lab, np.median(lab[own], axis=0)[None]) < _ALIKE)
    return found


def _throat(face: Landmarks, shape: tuple[int, ...]) -> Mask:
    """Return the strip between chin and collar, a third of the face wide: the chin's own shadow lies there."""
    rows, columns = np.arange(shape[0])[:, None], np.arange(shape[1])[None]
    wide = 0.15 * np.ptp(face.oval[:, 0])
    return (rows >= face.chin[1]) & (rows <= _collar(face)) & (np.abs(columns - face.chin[0]) < wide)


def _hanging(lab: np.ndarray, head: Mask, below: Mask) -> Mask:
    """Return what below the collar has the colours of hair or covering and hangs together with it."""
    if head.sum() < _TONES:
        return np.zeros_like(head)
    some = lab[head][:: max(1, int(head.sum()) // 4000)]
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    cv2.setRNGSeed(0)
    _, _, tones = cv2.kmeans(some, min(_TONES, len(some)), np.empty(0), stop, 1, cv2.KMEANS_PP_CENTERS)
    alike = below & (_away(lab, tones) < _ALIKE)
    _, labels = cv2.connectedComponents((alike | head).astype(np.uint8), connectivity=8)
    from_head = np.unique(labels[head])
    return _grown(alike & np.isin(labels, from_head[from_head > 0]), 2)


def _away(lab: np.ndarray, tones: np.ndarray) -> np.ndarray:
    """Return each pixel's ΔE76 to the nearest of some colours."""
    return np.min([np.linalg.norm(lab - tone.astype(np.float32), axis=2) for tone in tones], axis=0)


def _from(kept: Mask, feather: float) -> Share:
    """Return 0 at what is kept, 1 a feather away from it."""
    away = cv2.distanceTransform((~kept).astype(np.uint8), cv2.DIST_L2, 5)
    return np.clip((away - 1) / feather, 0, 1).astype(np.float32)


def _mouth(face: Landmarks) -> float:
    return float(face.chin[1]) - 0.45 * face.eye_to_chin


def _collar(face: Landmarks) -> float:
    return float(face.chin[1]) + COLLAR * face.eye_to_chin


def _hull(face: Landmarks, shape: tuple[int, ...], size: float) -> Mask:
    middle = (face.oval.min(0) + face.oval.max(0)) / 2
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(middle + (face.oval - middle) * size).astype(np.int32)], (1,))
    return mask > 0


def _grown(mask: Mask, by: int) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), _round(by)) > 0


def _round(by: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1,) * 2)
