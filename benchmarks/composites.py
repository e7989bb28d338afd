"""Portraits whose alpha is known.

The alpha of a portrait before a blue studio wall is a colour-difference key: how much of the wall's
surplus of blue over red and green is left. Drawn hairs, whose alpha is exact, are added.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from grounds import SIDE

from catchlight import framing
from catchlight.anatomy import Landmarks, Picture
from catchlight.decoding import decode
from catchlight.framing import Affine
from catchlight.pixels import to_linear, to_srgb
from catchlight.studio import Studio
from catchlight.subject import Subject, look

# Long, short, curly, thin and no hair; dark, grey, white, red and blond; beards, glasses, all skin tones.
PEOPLE = (
    "B001300", "B001315", "C001066", "C001120", "F000462", "G000600", "H001066", "I000058",
    "icpsr021764", "L000557", "M000312", "P000620", "R000395", "T000468", "T000488", "W000808",
)  # fmt: skip
BALD = ("I000058", "M000312")


@dataclass(frozen=True, slots=True)
class Plate:
    """A person without what was behind them: linear colour, alpha, where the photo was, the face."""

    id: str
    colour: np.ndarray  # h w 3, linear
    alpha: np.ndarray  # h w, in 0–1
    seen: np.ndarray  # h w, bool
    face: Landmarks  # in sheet pixels

    def before(self, ground: np.ndarray, seed: int = 0) -> Picture:
        """Return the person before a ground (linear), as light adds up, with a sensor's noise."""
        a = self.alpha[..., None]
        grain = np.random.default_rng(seed).normal(0, 1.5, self.colour.shape)
        picture = to_srgb((self.colour * a + ground * (1 - a)).astype(np.float32))
        return np.clip(picture + grain, 0, 255).round().astype(np.uint8)


def plates(photos: Path, studio: Studio, people: tuple[str, ...] = PEOPLE) -> Iterator[Plate]:
    """Yield the plates of these portraits."""
    for id_ in people:
        subject = look(decode((photos / f"{id_}.jpg").read_bytes()), studio)
        yield _plate(id_, subject, studio)


def _plate(id_: str, subject: Subject, studio: Studio) -> Plate:
    native = framing.sheet(subject.face, SIDE)
    times = SIDE / native.height
    to = Affine(native.matrix * times, SIDE, SIDE)
    picture = framing.level(subject.picture, to)
    seen = to.warp(np.full(subject.picture.shape[:2], 255, np.uint8), outside=0.0) > 200
    face = subject.face.moved(to.matrix)
    linear = to_linear(picture)
    wall, alpha = _key(linear, seen, face, _inside(studio.segmenter.segment(picture), face))
    colour = _unmixed(linear, wall, alpha)
    if id_ not in BALD:
        colour, alpha = _with_hairs(colour, alpha, face, sum(id_.encode()))
    return Plate(id_, colour, alpha, seen, face)


def _blue(linear: np.ndarray) -> np.ndarray:
    return linear[..., 2] - linear[..., :2].max(-1)


def _key(
    linear: np.ndarray, seen: np.ndarray, face: Landmarks, inside: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the wall as it would be without the person, and the person's alpha."""
    wall = _wall(linear, _blank(linear, seen, face))
    own = _spread(_blue(linear), inside, 12)  # cloth may be blue itself
    alpha = 1 - (_blue(linear) - own) / np.maximum(_blue(wall) - own, 1e-3)
    alpha = np.clip((alpha - 0.05) / 0.88, 0, 1)
    alpha = np.maximum(alpha, inside)
    solid = (alpha > 0.1).astype(np.uint8)
    _, labels = cv2.connectedComponents(solid)
    owner = labels[int(face.nose[1]), int(face.nose[0])]
    near = cv2.dilate((labels == owner).astype(np.uint8), np.ones((3, 3), np.uint8))
    return wall, (alpha * near).astype(np.float32)


def _blank(linear: np.ndarray, seen: np.ndarray, face: Landmarks) -> np.ndarray:
    """Return where the wall surely is: as blue as beside the head, and not near anything else."""
    at = np.median(_blue(linear)[: int(face.eyes[1])][seen[: int(face.eyes[1])]])
    wall = (_blue(linear) > 0.62 * at) & seen
    return cv2.erode(wall.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0


def _wall(linear: np.ndarray, blank: np.ndarray) -> np.ndarray:
    """Continue the wall behind the person by a cubic in x and y."""
    y, x = (np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5).astype(np.float32)
    terms = np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], -1)
    fitted = np.linalg.lstsq(terms[blank][::7], linear[blank][::7], rcond=None)[0]
    rough = np.clip(terms @ fitted, 0, 1).astype(np.float32)
    return np.clip(rough + _spread(linear - rough, blank, 25), 0, 1)


def _inside(coarse: np.ndarray, face: Landmarks) -> np.ndarray:
    """Return what is surely the person; before a blue wall the segmenter errs by a few pixels only."""
    solid = (coarse > 0.7).astype(np.uint8)
    cv2.fillPoly(solid, [np.round(face.oval).astype(np.int32)], (1,))
    return cv2.erode(solid, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17)), borderValue=1) > 0


def _spread(values: np.ndarray, mask: np.ndarray, reach: float) -> np.ndarray:
    """Continue values smoothly from where the mask is, near by near."""
    total = np.zeros_like(values)
    weight = np.full(mask.shape, 1e-9, np.float32)
    known = mask.astype(np.float32)
    shaped = values * (known if values.ndim == 2 else known[..., None])
    for sigma, trust in ((reach / 4, 1.0), (reach, 1e-2), (4 * reach, 1e-5)):
        total += trust * cv2.GaussianBlur(shaped, (0, 0), sigma)
        weight += trust * cv2.GaussianBlur(known, (0, 0), sigma)
    return total / (weight if values.ndim == 2 else weight[..., None])


def _unmixed(linear: np.ndarray, wall: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return the person's own colour: the wall's share taken out, no bluer than the person is near by."""
    a = alpha[..., None]
    colour = np.clip((linear - (1 - a) * wall) / np.maximum(a, 0.1), 0, 1)
    near = _spread(colour, alpha > 0.9, 6)
    trust = np.clip((a - 0.35) / 0.5, 0, 1)
    colour = colour * trust + near * (1 - trust)
    most = colour[..., :2].max(-1) + np.maximum(_blue(near), 0)
    colour[..., 2] = np.where(alpha > 0.97, colour[..., 2], np.minimum(colour[..., 2], most))
    return colour.astype(np.float32)


def _with_hairs(
    colour: np.ndarray, alpha: np.ndarray, face: Landmarks, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw 110 single hairs outwards from the outline above the nose."""
    dice, scale = np.random.default_rng(seed), 4
    outlines = cv2.findContours((alpha > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    outline = max(outlines, key=len)[:, 0]
    roots = outline[outline[:, 1] < face.nose[1]]
    drawn = np.zeros((SIDE * scale, SIDE * scale), np.uint8)
    centre, unit = face.eyes, face.eye_to_chin
    for root in roots[dice.integers(0, len(roots), 110)]:
        away = np.arctan2(*(root - centre)[::-1]) + dice.normal(0, 0.5)
        bend, length = dice.normal(0, 1.2), unit * dice.gamma(2.0, 0.06)
        steps = np.linspace(0, 1, 9)[:, None]
        turn = away + bend * steps[:, 0]
        path = (
            root
            - 3 * np.array([np.cos(away), np.sin(away)])
            + np.cumsum(np.stack([np.cos(turn), np.sin(turn)], 1) * (length + 3) / 9, 0)
        )
        cv2.polylines(
            drawn,
            [np.round(path * scale).astype(np.int32)],
            isClosed=False,
            color=(255,),
            thickness=int(dice.integers(1, 3)),
            lineType=cv2.LINE_AA,
        )
    hairs = cv2.resize(drawn, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    near = _spread(colour, alpha > 0.9, 6)
    shade = np.float32(0.6 + 0.8 * dice.random())
    both = alpha + (1 - alpha) * hairs
    mixed = colour * alpha[..., None] + near * shade * ((1 - alpha) * hairs)[..., None]
    whole = np.where(both[..., None] > 0.02, mixed / np.maximum(both, 0.02)[..., None], colour)
    return np.clip(whole, 0, 1).astype(np.float32), both.astype(np.float32)
