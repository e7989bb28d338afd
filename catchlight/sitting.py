"""One sitting: a photo on the table, everything found in it, and the portrait made from it."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from catchlight import backdrop, extend, framing, grade, matte, mount
from catchlight.anatomy import Face, Landmarks, Picture
from catchlight.config import Preset
from catchlight.decoding import Decoded
from catchlight.errors import PhotoError
from catchlight.framing import Affine, Frame, Head
from catchlight.grade import Grade
from catchlight.pixels import to_linear, to_srgb
from catchlight.studio import Studio

SHEET = 640  # longest side of the sheet on which the matte is solved, pixels
SMALLEST = 12  # pixels between the eyes
LEAST = 400  # a portrait is at least this high, and says so when that enlarges the photo
ENLARGE = 2.0  # photos are enlarged this far to reach the master size, not further


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
class Sitting:
    """A photo and its portrait, for the checks to measure."""

    preset: Preset
    subject: Subject
    sheet: Sheet
    frame: Frame
    portrait: Picture
    alpha: Float32[np.ndarray, "h w"]
    seen: Bool[np.ndarray, "h w"]
    face: Landmarks
    head: Head
    grade: Grade
    enlarged: float
    likeness: float | None


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
    seen = _seen(subject, to)
    level = extend.surround(framing.level(subject.picture, to), seen)
    unit, chin = subject.face.eye_to_chin * to.scale, float(to.points(subject.face.chin)[1])
    mouth = chin - 0.45 * unit
    face = _hull(level, to.points(subject.face.oval))
    coarse = extend.run_on(matte.keep_owner(_segment(level, seen, studio), face), seen, mouth)
    unknown = matte.trimap(coarse, face, unit, chin)
    alpha = extend.run_on(matte.solve(level, unknown, coarse), seen, mouth)
    if subject.mount.shape == "cut-out" and subject.mount.alpha is not None:
        alpha = np.minimum(alpha, to.of_reduced(subject.mount.scale).warp(subject.mount.alpha, outside=0.0))
    return Sheet(to, level, alpha, seen, framing.head(subject.face, to, alpha, seen))


def _seen(subject: Subject, to: Affine) -> Bool[np.ndarray, "h w"]:
    """Return where a frame holds photo."""
    return np.asarray(
        to.of_reduced(subject.mount.scale).warp(subject.mount.uncovered.astype(np.uint8) * 255, outside=0.0)
        > 127
    )


def _hull(picture: Picture, outline: np.ndarray) -> Bool[np.ndarray, "h w"]:
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], (1,))
    return mask > 0


def _segment(level: Picture, seen: Bool[np.ndarray, "h w"], studio: Studio) -> Float32[np.ndarray, "h w"]:
    """Segment only the part of the sheet that holds photo."""
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    coarse = np.zeros(seen.shape, np.float32)
    coarse[part] = studio.segmenter.segment(np.ascontiguousarray(level[part]))
    return coarse * seen


def choose_frame(sheet: Sheet, preset: Preset) -> Frame:
    """Take the preset's frame if the photo fills it, else the nearest that it fills best."""
    best, least = None, 1.0
    for frame in framing.candidates(sheet.head, preset.crop):
        missing = _missing(sheet, frame, preset)
        if best is None or missing < least - 0.02:
            best, least = frame, missing
        if missing < 0.025:
            break
    if best is None:
        message = "no frame"
        raise AssertionError(message)
    return best


def _missing(sheet: Sheet, frame: Frame, preset: Preset, size: int = 160) -> float:
    """Share of the person in this frame that the photo does not show."""
    to = _from_sheet(frame, preset, size)
    alpha = to.warp(sheet.alpha, outside=0.0)
    seen = to.warp(sheet.seen.astype(np.uint8), outside=0.0) > 0
    return float((alpha * ~seen).sum() / max(float(alpha.sum()), 1.0))


def _from_sheet(frame: Frame, preset: Preset, height: int) -> Affine:
    scale = height / frame.height
    matrix = scale * np.array([[1, 0, -frame.left], [0, 1, -frame.top]])
    return Affine(matrix, round(height * preset.crop.aspect), height)


def print_size(frame: Frame, sheet: Sheet, master: int) -> tuple[int, float]:
    """Return the portrait's height in pixels and how far the photo is enlarged for it."""
    native = frame.height / sheet.map.scale
    height = min(master, max(min(LEAST, master), 2 * round(ENLARGE * native / 2)))
    return height, height / native


def sit(photo: Decoded, preset: Preset, studio: Studio) -> Sitting:
    """Make the portrait of one photo and lay out all that the checks need."""
    subject = look(photo, studio)
    sheet = lay_out(subject, studio)
    frame = choose_frame(sheet, preset)
    height, enlarged = print_size(frame, sheet, preset.delivery.master)
    to = framing.portrait(frame, sheet.map, preset.crop, height)
    seen = _seen(subject, to)
    level = framing.level(subject.picture, to)
    alpha = matte.carry(sheet.alpha, sheet.picture, _from_sheet(frame, preset, height), level)
    filled = extend.fill(level, seen, _cloth(alpha, to, subject.face))
    portrait, graded = _print(filled, alpha, to.points(subject.face.oval), preset)
    face = studio.tracer.trace(portrait, subject.face.moved(to.matrix).as_face, closely=False)
    head = framing.head(face, Affine(np.eye(2, 3), to.width, to.height), alpha, seen)
    likeness = _likeness(subject, portrait, subject.face.moved(to.matrix), studio)
    return Sitting(
        preset, subject, sheet, frame, portrait, alpha, seen, face, head, graded, enlarged, likeness
    )


def _cloth(alpha: np.ndarray, to: Affine, face: Landmarks) -> Bool[np.ndarray, "h w"]:
    """Return what may be mirrored where the photo ends: the person well below the chin, never a face."""
    from_row = float(to.points(face.chin)[1]) + 0.25 * face.eye_to_chin * to.scale
    below = np.arange(alpha.shape[0])[:, None] > from_row
    return (alpha > 0.95) & below


def _print(level: Picture, alpha: np.ndarray, oval: np.ndarray, preset: Preset) -> tuple[Picture, Grade]:
    """Grade the person and put them before the backdrop, in linear light."""
    linear = to_linear(level)
    skin = _hull(level, (oval - oval.mean(0)) * 0.8 + oval.mean(0))
    graded = grade.measure(linear, skin, preset.light)
    colour = matte.foreground(graded.apply(linear), alpha)
    behind = backdrop.render(preset.background, level.shape[1], level.shape[0])
    a = alpha[..., None]
    return to_srgb(colour * a + behind * (1 - a)), graded


def _likeness(subject: Subject, portrait: Picture, face: Landmarks, studio: Studio) -> float:
    """Return how unlike photo and portrait are: 0 the same face, 1 the engine's limit for the same person."""
    recogniser = studio.recogniser
    before = recogniser.describe(subject.picture, subject.face.as_face)
    distance = recogniser.distance(before, recogniser.describe(portrait, face.as_face))
    return distance / recogniser.SAME_BELOW
