"""The levelled working sheet: the person separated on it, the head measured, and the frame that the photo fills."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from catchlight import cutout, extend, framing
from catchlight.anatomy import Picture
from catchlight.config import Preset
from catchlight.framing import Affine, Frame, Head
from catchlight.studio import Studio
from catchlight.subject import SHEET, Subject

_UNSEEN = 0.045  # share of the person that clothing may run on for before the frame comes closer


@dataclass(frozen=True, slots=True)
class Sheet:
    """The levelled working sheet: its map from the photo, its picture, alpha, and what was seen."""

    map: Affine
    picture: Picture
    alpha: Float32[np.ndarray, "h w"]
    seen: Bool[np.ndarray, "h w"]
    head: Head


def lay_out(subject: Subject, studio: Studio) -> Sheet:
    """Lay the photo on the sheet, separate the person, measure the head."""
    to = framing.sheet(subject.face, SHEET)
    seen = subject.mount.seen(to)
    level = extend.surround(framing.level(subject.picture, to), seen)
    face = subject.face.moved(to.matrix)
    others = cutout.neighbours(subject.faces[1:], to, face)
    alpha = cutout.cut_out(level, seen, face, others, studio.segmenter, studio.preset.engines.device)
    if subject.mount.shape == "cut-out" and subject.mount.alpha is not None:
        alpha = np.minimum(alpha, to.of_reduced(subject.mount.scale).warp(subject.mount.alpha, outside=0.0))
    return Sheet(to, level, alpha, seen, framing.head(subject.face, to, alpha, seen))


def choose_frame(sheet: Sheet, preset: Preset) -> Frame:
    """Take the preset's frame if the photo fills it, else the nearest that it fills best."""
    best, least = None, 1.0
    for frame in framing.candidates(sheet.head, preset.crop):
        lacks = missing(sheet, frame, preset)
        if best is None or lacks < least - 0.02:
            best, least = frame, lacks
        if lacks < _UNSEEN:
            break
    if best is None:
        message = "no frame"
        raise AssertionError(message)
    return best


def missing(sheet: Sheet, frame: Frame, preset: Preset, size: int = 160) -> float:
    """Return the share of the person in this frame that the photo does not show."""
    to = framing.portrait(frame, Affine(np.eye(2, 3), 0, 0), preset.crop, size)
    alpha = to.warp(sheet.alpha, outside=0.0)
    seen = to.warp(sheet.seen.astype(np.uint8), outside=0.0) > 0
    return float((alpha * ~seen).sum() / max(float(alpha.sum()), 1.0))
