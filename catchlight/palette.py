"""Whether a ground stands off from everybody's face, and which lightness of its colour would.

All luminances are linear, 0–1; the rule is the one of the check ``background_contrast``.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32

from catchlight import backdrop
from catchlight.checks._skin import luminance_inside
from catchlight.checks.background_contrast import Settings
from catchlight.ground import Background
from catchlight.pixels import luminance, to_srgb
from catchlight.subject import Subject

LEAST = (Settings().low or 0.0) / 100  # |ground − face| / the brighter of both
_STEPS = 401  # of lightness that are tried
_ROOM = (0.5, 0.52, 0.27, 0.36)  # the person: middle and half axes of an ellipse, shares of the frame

Faces = Float[np.ndarray, " n"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ground stands off: the share of people for whom it does, and the contrast that 95 % of them reach."""

    holds: float
    low: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A colour (``#rrggbb``) and the share of people from whom it stands off."""

    colour: str
    holds: float


def of_face(subject: Subject) -> float:
    """Return the median luminance inside a face's outline, as the photo is lit."""
    return float(np.median(luminance_inside(subject.picture, subject.face)))


def contrast(faces: Faces, ground: float) -> Faces:
    """Return |ground − face| / the brighter of both for every face."""
    return np.abs(ground - faces) / np.maximum(np.maximum(faces, ground), 1e-6)


def standing(faces: Faces, ground: float, least: float = LEAST) -> Standing:
    """Return for which share of the faces a ground of some luminance holds, and its contrast at the 5th percentile."""
    reached = contrast(faces, ground)
    return Standing(float((reached >= least).mean()), float(np.percentile(reached, 5)))


def collision(faces: Faces, least: float = LEAST) -> tuple[float, float]:
    """Return the luminances between which a ground is too like the faces of 5 % of people or more, as L*."""
    dark, light = np.percentile(faces, (5, 95))
    return lightness(float(dark) * (1 - least)), lightness(min(1.0, float(light) / (1 - least)))


def propose(faces: Faces, code: str, least: float = LEAST) -> list[Proposal]:
    """Return the best lightness of a colour, and the best on the other side of the faces; most people first.

    Of the lightnesses that hold for most people the nearest is taken. Hue stays, and chroma as far as
    sRGB reaches.
    """
    own, middle = _lab(code), float(np.median(faces))
    tried = [code, *(_hex(own, step) for step in np.linspace(0, 100, _STEPS))]
    grounds = np.array([luminance_of(each) for each in tried])
    shares = np.array([standing(faces, float(ground), least).holds for ground in grounds])
    moved = np.array([abs(float(_lab(each)[0] - own[0])) for each in tried])
    found = [_best(shares, moved, side) for side in (grounds > middle, grounds <= middle)]
    return [Proposal(tried[i], float(shares[i])) for i in sorted(found, key=lambda i: (-shares[i], moved[i]))]


def _best(shares: Faces, moved: Faces, side: np.ndarray) -> int:
    """Return which of one side's colours holds for most people, and of those the least moved."""
    there = np.flatnonzero(side)
    best = there[shares[there] >= shares[there].max() - 1e-9]
    return int(best[np.argmin(moved[best])])


def lightness(luminance_: float) -> float:
    """Return CIELAB L* of a luminance."""
    return 116 * luminance_ ** (1 / 3) - 16 if luminance_ > 0.008856 else 903.3 * luminance_


def luminance_of(code: str) -> float:
    """Return the luminance of ``#rrggbb``."""
    return float(luminance(backdrop.colour(code)[None, None])[0, 0])


def seen_ground(of: Background, aspect: float) -> float:
    """Return the median luminance of what a person leaves to see of a backdrop."""
    height = 200
    whole = luminance(backdrop.render(of, round(height * aspect), height))
    y, x = np.mgrid[0 : whole.shape[0], 0 : whole.shape[1]] + 0.5
    x, y = x / whole.shape[1], y / height
    middle, half = np.array(_ROOM[:2]), np.array(_ROOM[2:]) * (min(1.0, 1 / aspect), 1)
    person = ((x - middle[0]) / half[0]) ** 2 + ((y - middle[1]) / half[1]) ** 2 < 1
    return float(np.median(whole[~person & (y < 0.8)]))


def _lab(code: str) -> Float32[np.ndarray, " 3"]:
    rgb = to_srgb(backdrop.colour(code)[None, None]).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB))[0, 0]


def _hex(own: Float32[np.ndarray, " 3"], lightness: float) -> str:
    """Return the colour at another lightness, its chroma lowered until sRGB holds it."""
    for share in np.linspace(1, 0, 21):
        lab = np.array([[[lightness, *(own[1:] * share)]]], np.float32)
        rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0, 0]
        back = cv2.cvtColor(rgb[None, None], cv2.COLOR_RGB2LAB)[0, 0]
        if np.abs(back - lab[0, 0]).max() < 0.5:
            break
    return "#" + "".join(f"{round(float(np.clip(v, 0, 1)) * 255):02x}" for v in rgb)
