"""One sitting: a photo on the table, everything found in it, and the portrait made from it."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import framing, ladder, likeness, plate, second_look
from catchlight.anatomy import Landmarks, OtherPicture, Picture
from catchlight.config import Preset
from catchlight.correction import Lighting, decide, read_light
from catchlight.decoding import Decoded
from catchlight.framing import Affine, Frame, Head
from catchlight.grade import Grade
from catchlight.negative import Negative, outline
from catchlight.printing import Change, expose, settle, smooth_ground
from catchlight.records import Rung
from catchlight.studio import Studio
from catchlight.subject import Subject, look
from catchlight.working_sheet import Sheet, choose_frame, lay_out

LEAST = 400  # a portrait is at least this high, and says so when that enlarges the photo
PROOF = 2048  # a portrait larger than this is measured on a copy of this height, pixels
LONGEST = 7680  # pixels, either side
ENLARGE = 2.0  # photos are enlarged this far to reach the master size, not further


@dataclass(frozen=True, slots=True)
class Record:
    """What is known about a photo besides its pixels: its date (ISO), and the person's newest other photo."""

    date: str = ""
    newest: Subject | None = None


@dataclass(frozen=True, slots=True)
class Sitting:
    """A photo and its portrait, for the checks to measure.

    ``master`` is the portrait as it is delivered, ``portrait`` the same at no more than ``PROOF`` rows;
    ``alpha``, ``seen``, ``face``, ``head`` and ``scraps`` (a share of its height squared) belong to the latter.
    """

    preset: Preset
    subject: Subject
    sheet: Sheet
    frame: Frame
    master: Picture
    portrait: OtherPicture
    alpha: Float32[np.ndarray, "H W"]
    seen: Bool[np.ndarray, "H W"]
    face: Landmarks
    head: Head
    negative: Negative
    change: Change
    photo_light: Lighting | None
    light: Lighting | None
    enlarged: float
    likeness: float | None
    scraps: float
    record: Record
    unlike_newest: float | None

    @property
    def grade(self) -> Grade:
        """Exposure and white balance as they were corrected."""
        return self.change.grade


_NO_RECORD = Record()


def print_size(frame: Frame, sheet: Sheet, preset: Preset, studio: Studio) -> tuple[int, float]:
    """Return the portrait's height in pixels and how far the photo is enlarged for it."""
    native = frame.height / sheet.map.scale
    most = min(preset.delivery.master, int(LONGEST / max(1.0, preset.crop.aspect)))
    times = studio.enlarger.scale if studio.enlarger else ENLARGE
    height = min(most, max(min(LEAST, most), 2 * round(times * native / 2)))
    return height, height / native


def sit(
    photo: Decoded, preset: Preset, studio: Studio, record: Record = _NO_RECORD, cap: Rung = Rung.GENERATE
) -> Sitting:
    """Make the portrait of one photo and lay out all that the checks need; change no more than ``cap`` allows."""
    subject = look(photo, studio)
    sheet = lay_out(subject, studio)
    frame = choose_frame(sheet, preset)
    height, enlarged = print_size(frame, sheet, preset, studio)
    negative = Negative(
        subject.picture,
        subject.mount,
        subject.face,
        sheet.map,
        sheet.picture,
        sheet.alpha,
        frame,
        preset,
        studio.enlarger,
    )
    source = read_light(subject.picture, subject.face)
    negative, change = decide(negative, sheet.head, source, ladder.capped(preset.rung, cap))
    if change.rung is Rung.KEEP:
        height, enlarged = min(height, photo.picture.shape[0]), 1.0
    change = settle(negative, change, height, enlarged)
    return Sitting(
        preset=preset, subject=subject, sheet=sheet, frame=frame, photo_light=source, enlarged=enlarged, record=record,
        unlike_newest=_unlike_newest(subject, record, studio), **prints(negative, change, height, studio),
    )  # fmt: skip


def prints(
    negative: Negative, change: Change, height: int, studio: Studio, *, compared: bool = True
) -> dict[str, Any]:
    """Print a portrait of a height, and return it with all that is found in it: those fields of a Sitting.

    Without ``compared`` its likeness is left open, for whoever compares several at once.

    Its light is read on the photo's own mesh, moved as the pixels were: traced anew, a face lit from the side seems
    turned by 3° to 4°.
    """
    master, alpha = expose(negative, change, height)
    proof, alpha = _proof(negative, change, master, alpha)
    to = negative.map(proof.shape[0])
    carried = negative.face.moved(to.matrix)
    face = studio.tracer.trace(proof, carried.as_face, closely=False)
    seen = negative.seen(to)
    if change.painting:
        seen = seen | (plate.enlarge(change.painting.region.beyond, *to.size) > 0)
    head = framing.head(face, Affine(np.eye(2, 3), to.width, to.height), alpha, seen)
    return {
        "negative": negative, "change": change, "master": master, "portrait": proof, "alpha": alpha, "seen": seen,
        "face": face, "head": head,
        "light": read_light(proof, carried, negative.face), "likeness": likeness.unlike(negative, [(change, proof)], studio)[0] if compared else None,
        "scraps": _scraps(negative, change, proof, alpha, head, studio),
    }  # fmt: skip


def _proof(
    negative: Negative, change: Change, master: Picture, alpha: Float32[np.ndarray, "h w"]
) -> tuple[OtherPicture, Float32[np.ndarray, "H W"]]:
    """Return the portrait at a size that checks can hold in memory, and its alpha."""
    if master.shape[0] <= PROOF:
        return master, alpha
    to = negative.from_sheet(PROOF)
    proof = cv2.resize(master, (to.width, PROOF), interpolation=cv2.INTER_AREA)
    if change.painting:
        return proof, np.asarray(cv2.resize(alpha, (to.width, PROOF), interpolation=cv2.INTER_AREA))
    return proof, outline(negative, to, proof)


def _scraps(
    negative: Negative,
    change: Change,
    portrait: OtherPicture,
    alpha: Float32[np.ndarray, "h w"],
    head: Head,
    studio: Studio,
) -> float:
    """Return how large the largest piece of the old background is that stayed, in squares of the portrait's height."""
    if change.keeps_behind:
        return 0.0
    behind, (small, _) = None, second_look.reduced(portrait, alpha)
    if not change.paints_behind:
        behind = smooth_ground(negative, change, small.shape[1], len(small), (0, len(small)))
    return second_look.largest(second_look.scraps(portrait, alpha, head, behind, studio.segmenter))


def _unlike_newest(subject: Subject, record: Record, studio: Studio) -> float | None:
    """Return how unlike the person's newest other photo is, if there is one and the engine can tell."""
    recogniser, other = studio.recogniser, record.newest
    if other is None or not recogniser.KNOWS_PEOPLE:
        return None
    both = likeness.described(recogniser, [(of.picture, of.face.as_face) for of in (subject, other)])
    return recogniser.distance(*both) / recogniser.SAME_BELOW
