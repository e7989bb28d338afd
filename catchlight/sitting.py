"""One sitting: a photo on the table, everything found in it, and the portrait made from it."""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import (
    cutout,
    drawn,
    extend,
    framing,
    grade,
    ladder,
    lamp,
    light,
    matte,
    mount,
    neutrals,
    plate,
    relight,
)
from catchlight.anatomy import Face, Landmarks, OtherPicture, Picture
from catchlight.config import Preset
from catchlight.decoding import Decoded
from catchlight.errors import PhotoError
from catchlight.framing import Affine, Frame, Head
from catchlight.grade import Grade
from catchlight.lamp import Lamp
from catchlight.light import Light, Lit
from catchlight.neutrals import Neutrals
from catchlight.once import Once
from catchlight.pixels import luminance, to_linear, to_srgb
from catchlight.printing import SMALL, Change, Negative, beyond, expose, level, settle
from catchlight.records import Rung
from catchlight.studio import Studio

SHEET = 640  # longest side of the sheet on which the matte is solved, pixels
SMALLEST = 12  # pixels between the eyes
LEAST = 400  # a portrait is at least this high, and says so when that enlarges the photo
PROOF = 2048  # a portrait larger than this is measured on a copy of this height, pixels
PLAIN = 400  # rows of the copy on which photo and portrait are compared pixel by pixel
LONGEST = 7680  # pixels, either side
ENLARGE = 2.0  # photos are enlarged this far to reach the master size, not further
_UNSEEN = 0.045  # share of the person that clothing may run on for before the frame comes closer


@dataclass(frozen=True, slots=True)
class Subject:
    """The person in a photo: all faces (the subject's first), landmarks, what the camera saw."""

    picture: Picture
    faces: list[Face]
    face: Landmarks
    mount: mount.Mount


@dataclass(frozen=True, slots=True)
class Sheet:
    """The levelled working sheet: its map from the photo, its picture, alpha, and what was seen."""

    map: Affine
    picture: Picture
    alpha: Float32[np.ndarray, "h w"]
    seen: Bool[np.ndarray, "h w"]
    head: Head


@dataclass(frozen=True, slots=True)
class Record:
    """What is known about a photo besides its pixels: its date (ISO), and the person's newest other photo."""

    date: str = ""
    newest: Subject | None = None


@dataclass(frozen=True, slots=True)
class Lighting:
    """A face on its relief, and the light read from it."""

    lit: Lit
    light: Light


@dataclass(frozen=True, slots=True)
class Sitting:
    """A photo and its portrait, for the checks to measure.

    ``master`` is the portrait as it is delivered, ``portrait`` the same at no more than ``PROOF`` rows;
    ``alpha``, ``seen``, ``face`` and ``head`` belong to the latter.
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
    record: Record
    unlike_newest: float | None

    @property
    def grade(self) -> Grade:
        """Exposure and white balance as they were corrected."""
        return self.change.grade


_NO_RECORD = Record()


def look(photo: Decoded, studio: Studio) -> Subject:
    """Find the person in a photo. PhotoError: face.none, face.too_small, face.unclear."""
    faces = studio.finder.find(photo.picture)
    if not faces:
        message = "No face was found; send a photo of yourself from the front, with good light."
        raise PhotoError("face.none", message)
    ordered = sorted(faces, key=lambda face: -_prominence(face, photo.picture))
    _large_enough(ordered[0])
    rough = studio.tracer.trace(photo.picture, ordered[0], closely=False)
    return Subject(
        photo.picture, ordered, _closer(photo.picture, rough, studio), mount.find(photo.picture, photo.alpha)
    )


def _large_enough(face: Face) -> None:
    """Refuse a face of which landmarks would be guesses. PhotoError: face.too_small."""
    apart = float(np.linalg.norm(face.points[1] - face.points[0]))
    if apart < SMALLEST:
        message = (
            f"The eyes are only {apart:.0f} pixels apart in this photo; "
            "send one that is at least 600 pixels wide and shows you from the chest up."
        )
        raise PhotoError("face.too_small", message)


def _prominence(face: Face, picture: Picture) -> float:
    """Large and central comes first."""
    height, width = picture.shape[:2]
    away = np.hypot((face.box[0] + face.box[2]) / width - 1, (face.box[1] + face.box[3]) / height - 1)
    return face.area * face.score * (1 - 0.4 * min(float(away), 1.0))


def _closer(picture: Picture, rough: Landmarks, studio: Studio) -> Landmarks:
    """Trace again on the levelled sheet, where landmarks are steadier; return them in the photo."""
    to = framing.sheet(rough, SHEET // 2)
    level = framing.level(picture, to)
    traced = studio.tracer.trace(level, rough.moved(to.matrix).as_face)
    return traced.moved(cv2.invertAffineTransform(to.matrix))


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


def _hull(picture: np.ndarray, outline: np.ndarray) -> Bool[np.ndarray, "h w"]:
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], (1,))
    return mask > 0


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


def prints(negative: Negative, change: Change, height: int, studio: Studio) -> dict[str, Any]:
    """Print a portrait of a height, and return it with all that is found in it: those fields of a Sitting."""
    master, alpha = expose(negative, change, height)
    proof, alpha = _proof(negative, change, master, alpha)
    to = negative.map(proof.shape[0])
    face = studio.tracer.trace(proof, negative.face.moved(to.matrix).as_face, closely=False)
    seen = negative.seen(to)
    if change.painting:
        seen |= plate.enlarge(change.painting.region.beyond, *to.size) > 0
    return {
        "negative": negative, "change": change, "master": master, "portrait": proof, "alpha": alpha, "seen": seen,
        "face": face, "head": framing.head(face, Affine(np.eye(2, 3), to.width, to.height), alpha, seen),
        "light": read_light(proof, face), "likeness": _likeness(negative, change, proof, studio),
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
    return proof, matte.carry(negative.alpha, negative.sheet, to, proof)


def read_light(picture: OtherPicture, face: Landmarks) -> Lighting | None:
    """Read the light on a face; None when it cannot be read."""
    try:
        lit = light.spread_out(picture, face)
    except LookupError:
        return None
    return Lighting(lit, light.fit(lit))


def decide(
    negative: Negative, head: Head, source: Lighting | None, cap: Rung, least: Rung = Rung.KEEP
) -> tuple[Negative, Change]:
    """Choose the first rung that meets the preset, between ``least`` and ``cap``, and what it changes."""
    preset, height = negative.preset, SMALL
    filled = beyond(negative, height)
    graded = _grade(negative, filled, height)
    wanted = _lamp(source, preset)
    lit_right = wanted is None or source is None or ladder.lit_right(source.light, wanted, preset)
    wants = max(least, ladder.climb(negative, head, graded, lit_right=lit_right), key=ladder.STEPS.index)
    rung = ladder.capped(wants, cap)
    if rung is Rung.KEEP:
        return replace(negative, frame=None), Change(rung, Grade())
    if rung is Rung.CROP:
        return negative, Change(rung, Grade(), filled=filled)
    change = Change(rung, graded, filled=filled)
    if rung is Rung.RELIGHT and source is not None and wanted is not None:
        stops = _gain(source, wanted, graded, preset.light.strength)
        stops = relight.extend(stops, source.lit.relief, negative.map(height))
        change = replace(change, stops=stops + _rim(negative, wanted))
        change = keep_skin(negative, change, source.lit)
    return negative, change


def _gain(source: Lighting, wanted: Lamp, graded: Grade, strength: float) -> Float32[np.ndarray, "h w"]:
    """Return the change of light over the relief; a light drawn with its shadows is measured as it will be printed."""
    if not wanted.closes:
        return relight.gain(source.lit, source.light, wanted, strength)
    return drawn.gain(drawn.graded(source.lit, graded), source.light, wanted, strength)


def keep_skin(negative: Negative, change: Change, lit: Lit) -> Change:
    """Shift a change of light so that skin keeps its median luminance, the highlights' shoulder included."""
    to = negative.map(SMALL)
    photo = to_linear(framing.level(negative.picture, to))
    back = framing.between(to, lit.relief.map)
    for _ in range(2 if change.stops is not None else 0):
        there = back.warp(luminance(change.on(photo, SMALL, 0)))[lit.skin]
        moved = np.log2(max(float(np.median(there)), 1e-6) / lit.level) - change.grade.stops
        change = replace(change, stops=np.asarray(change.stops, np.float32) - np.float32(moved))
    return change


def _rim(negative: Negative, wanted: Lamp) -> Float32[np.ndarray, "h w"] | float:
    """Return the preset's light from behind, on the grid on which the change of light lies."""
    if not negative.preset.light.rim:
        return 0.0
    alpha = negative.from_sheet(relight.FIELD).warp(negative.alpha, outside=0.0)
    face = _hull(alpha, negative.map(relight.FIELD).points(negative.face.oval)).astype(np.float32)
    return relight.rim(alpha, -1 if wanted.azimuth < 0 else 1, negative.preset.light.rim, face)


def _lamp(source: Lighting | None, preset: Preset) -> Lamp | None:
    """Return the lamp to relight by; None when the light cannot be read well enough to change it."""
    if source is None or not preset.light.strength:
        return None
    if source.light.unexplained > ladder.POOR or source.lit.blown > ladder.BLOWN:
        return None
    try:
        return lamp.place(source.lit.relief, lamp.lamp(preset.light))
    except LookupError:
        return None


def _grade(negative: Negative, filled: Picture | None, height: int) -> Grade:
    """Measure exposure and white balance on a small copy."""
    photo = level(negative, Change(Rung.BACKGROUND, Grade(), filled=filled), height, 0, height)
    oval = negative.map(height).points(negative.face.oval)
    skin = _hull(photo, (oval - oval.mean(0)) * 0.8 + oval.mean(0))
    return grade.measure(to_linear(photo), skin, negative.preset.light, white_of(negative))


def white_of(negative: Negative) -> Neutrals:
    """Look at what should be without colour in a photo."""
    return _white_of(negative.sheet, negative.alpha, negative.mount, negative.face, negative.sheet_map)


@Once
def _white_of(
    sheet: OtherPicture, alpha: Float32[np.ndarray, "H W"], of: mount.Mount, face: Landmarks, to: Affine
) -> Neutrals:
    return neutrals.find(sheet, face.moved(to.matrix), (alpha > 0.95) & of.seen(to))


def _likeness(negative: Negative, change: Change, portrait: OtherPicture, studio: Studio) -> float:
    """Return how unlike photo and portrait are: 0 the same face, 1 the engine's limit for the same person.

    An engine that compares pixels is shown the photo in the light that was recorded: what then
    differs in the portrait was not recorded.
    """
    recogniser, photo, face = studio.recogniser, negative.picture, negative.face
    if not recogniser.KNOWS_PEOPLE and change.stops is not None:
        to = negative.map(PLAIN)
        photo = to_srgb(change.on(to_linear(framing.level(photo, to)), PLAIN, 0))
        face = face.moved(to.matrix)
    before = recogniser.describe(photo, face.as_face)
    there = negative.face.moved(negative.map(portrait.shape[0]).matrix)
    return recogniser.distance(before, recogniser.describe(portrait, there.as_face)) / recogniser.SAME_BELOW


def _unlike_newest(subject: Subject, record: Record, studio: Studio) -> float | None:
    """Return how unlike the person's newest other photo is, if there is one and the engine can tell."""
    recogniser, other = studio.recogniser, record.newest
    if other is None or not recogniser.KNOWS_PEOPLE:
        return None
    first = recogniser.describe(subject.picture, subject.face.as_face)
    second = recogniser.describe(other.picture, other.face.as_face)
    return recogniser.distance(first, second) / recogniser.SAME_BELOW
