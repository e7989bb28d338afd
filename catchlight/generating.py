"""The last rung: what a photo lacks is painted around the person, several times, and the best is proposed.

What fails its gates is never shown: the portrait of the rung below stays, with the reason.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace

import cv2
import numpy as np

from catchlight import cutout, framing, matte, repaint
from catchlight.anatomy import Picture
from catchlight.errors import PhotoError
from catchlight.likeness import unlike
from catchlight.painting import Scene, Take
from catchlight.pixels import to_linear, to_srgb
from catchlight.printing import Change
from catchlight.records import Rung
from catchlight.repaint import Share, Wanted
from catchlight.repainted import Painting
from catchlight.scenery import words_of
from catchlight.sitting import Sitting, prints
from catchlight.staging import Stage, set_up, whole
from catchlight.studio import Studio
from catchlight.subject import SHEET
from catchlight.takes import Score, score
from catchlight.working_sheet import missing

_LACKS = 0.025  # share of the person that a frame may lack before it is painted
_UNSURE = 3.2  # outline, % of eye to chin, from which its rim is painted
_GATE = 768  # rows of the copy on which takes are measured


@dataclass(frozen=True, slots=True)
class Commission:
    """For which recipe a portrait is painted (it decides the seeds), and whether clothes may be repainted."""

    recipe: str
    clothes: bool = False

    def seeds(self, turn: int, count: int) -> tuple[int, ...]:
        """Return the seeds of a round, the same whenever the recipe is."""
        keys = (f"{self.recipe} {turn} {n}".encode() for n in range(count))
        return tuple(int.from_bytes(hashlib.sha256(key).digest()[:4]) for key in keys)


def wanted_of(sitting: Sitting, commission: Commission) -> Wanted:
    """Return what of a preset's choices this portrait needs."""
    of, sheet = sitting.preset.generate, sitting.sheet
    ideal = framing.fit(whole(sheet.head), sitting.preset.crop)
    lacks = missing(sheet, ideal, sitting.preset)
    worn = bool(of.clothing) and commission.clothes
    return Wanted(
        setting=bool(of.setting),
        shoulders=(of.shoulders and lacks > _LACKS) or (worn and lacks > 0),
        crown=of.crown and sheet.head.cut,
        edge=of.edge and matte_width(sitting) > _UNSURE,
        clothes=worn,
    )


def matte_width(sitting: Sitting) -> float:
    """Return how unsure the outline is, as the check of that name measures it."""
    from catchlight.checks import matte as check  # noqa: PLC0415  checks are plug-ins

    return check.measure(sitting)


def improve(base: Sitting, studio: Studio, of: Commission) -> tuple[Sitting, str]:
    """Return the best painted portrait that passes, or the same one and why it was not painted ("" when it needs nothing)."""
    painter, wanted = studio.painter, wanted_of(base, of)
    if painter is None or not wanted:
        return base, ""
    left = list[str]()
    if (wanted.shoulders or wanted.crown) and _cuts_face(base):
        wanted, left = replace(wanted, shoulders=False, crown=False), ["the photo cuts the face itself"]
    try:
        stage = set_up(base, wanted, studio, painter) if wanted else None
    except LookupError as cannot:
        wanted, left = replace(wanted, clothes=False), [*left, str(cannot)]
        stage = set_up(base, wanted, studio, painter) if wanted else None
    if stage is None:
        return base, "; ".join(left)
    if not stage.region.mask.any():
        return base, "nothing of what is wanted may be painted on this photo"
    return _paint(base, replace(stage, left=tuple(left)), wanted, studio, of)


def _cuts_face(base: Sitting) -> bool:
    sheet = base.sheet
    return repaint.cuts_face(sheet.seen, base.subject.face.moved(sheet.map.matrix))


@dataclass(frozen=True, slots=True)
class _Try:
    """One take, measured; ``painting`` is None when it gave no picture."""

    score: Score
    painting: Painting | None = None


def _paint(
    base: Sitting, stage: Stage, wanted: Wanted, studio: Studio, of: Commission
) -> tuple[Sitting, str]:
    """Let the painter try, round by round, until a take passes."""
    small = _sitting(base, stage, stage.change, min(stage.height, _GATE), studio)
    tries: list[_Try] = []
    for turn in range(base.preset.generate.rounds):
        try:
            takes = _takes(stage, wanted, studio, of.seeds(turn, base.preset.generate.candidates))
        except PhotoError as ended:
            return base, str(ended)
        tries += _tried(takes, base, stage, small, studio)
        passed = [one for one in tries if one.painting and not one.score.against]
        if passed:
            best = min(passed, key=lambda one: one.score.distance)
            made = f"{', '.join(wanted.names)}; seed {best.score.seed}, {len(tries)} tried"
            told = "; ".join((made, *(f"left alone: {why}" for why in stage.left)))
            return _sitting(base, stage, _with(stage, best.painting, told), stage.height, studio), ""
    return base, _why(tries)


def _takes(stage: Stage, wanted: Wanted, studio: Studio, seeds: tuple[int, ...]) -> list[Take]:
    """Let the painter make a round; scenes have sides that it can take."""
    painter = studio.painter
    if painter is None:
        return []
    height, width = stage.picture.shape[:2]
    wide = max(painter.step, round(width / painter.step) * painter.step)
    picture = cv2.resize(stage.picture, (wide, height), interpolation=cv2.INTER_AREA)
    mask = cv2.resize(stage.region.mask.astype(np.uint8), (wide, height), interpolation=cv2.INTER_NEAREST) > 0
    words = words_of(stage.negative.preset.generate, clothes=wanted.clothes)
    return painter.paint(Scene(picture, mask, words), seeds)


def _tried(takes: list[Take], base: Sitting, stage: Stage, studios: Sitting, studio: Studio) -> list[_Try]:
    """Lay each take on the portrait and measure it; the recogniser sees all of them at once."""
    laid = [_laid(take, base, stage, studios, studio) for take in takes]
    made = [one for one in laid if not isinstance(one, _Try)]
    apart = iter(unlike(stage.negative, [(one.change, one.portrait) for one in made], studio) if made else ())
    return [
        one if isinstance(one, _Try) else _measured(take, replace(one, likeness=next(apart)), studios, studio)
        for take, one in zip(takes, laid, strict=True)
    ]


def _laid(take: Take, base: Sitting, stage: Stage, studios: Sitting, studio: Studio) -> Sitting | _Try:
    """Lay a take on the portrait; what gave no picture, or no face, is tried for good."""
    if take.picture is None:
        return _Try(Score(take.seed, fault=take.fault))
    size = stage.picture.shape[1], stage.picture.shape[0]
    painting = _painting(cv2.resize(take.picture, size, interpolation=cv2.INTER_AREA), stage, studio)
    height = studios.master.shape[0]
    try:
        return _sitting(base, stage, _with(stage, painting), height, studio, compared=False)
    except PhotoError as unclear:
        return _Try(Score(take.seed, fault=unclear.reason))


def _measured(take: Take, made: Sitting, studios: Sitting, studio: Studio) -> _Try:
    return _Try(score(take.seed, made, studios, studio), made.change.painting)


def _painting(picture: Picture, stage: Stage, studio: Studio) -> Painting:
    """Find the painted person's outline and own colours, which what lies beyond the photo is made of."""
    if not ((stage.region.beyond > 0) | (stage.region.body > 0)).any():
        return Painting(picture, picture, np.zeros(picture.shape[:2], np.float32), stage.region)
    device = studio.preset.engines.device
    alpha = _outline(picture, stage, studio)
    person = matte.foreground(to_linear(picture), alpha, device)
    return Painting(picture, to_srgb(person), alpha, stage.region)


def _outline(picture: Picture, stage: Stage, studio: Studio) -> Share:
    """Cut the painted person out, on a copy no larger than the sheet."""
    height, width = picture.shape[:2]
    scale = min(1.0, SHEET / max(height, width))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    face = stage.negative.face.moved(stage.negative.map(height).matrix * scale)
    seen = np.ones(small.shape[:2], bool)
    alpha = cutout.cut_out(small, seen, face, [], studio.segmenter, studio.preset.engines.device)
    return np.asarray(cv2.resize(alpha, (width, height), interpolation=cv2.INTER_LINEAR))


def _with(stage: Stage, painting: Painting | None, told: str = "") -> Change:
    laid = replace(painting, told=told) if painting else None
    return replace(stage.change, rung=Rung.GENERATE, painting=laid)


def _sitting(
    base: Sitting, stage: Stage, change: Change, height: int, studio: Studio, *, compared: bool = True
) -> Sitting:
    """Return the sitting with another frame and change."""
    return replace(
        base,
        frame=stage.frame,
        enlarged=stage.enlarged,
        sheet=replace(base.sheet, head=stage.head),
        **prints(stage.negative, change, height, studio, compared=compared),
    )


def _why(tries: list[_Try]) -> str:
    """Return why nothing is proposed: what spoke against most of the takes."""
    often = Counter(name for one in tries for name in one.score.against)
    reasons = ", ".join(f"{name} ({count})" for name, count in often.most_common(3))
    return f"none of {len(tries)} painted pictures passed: {reasons}"
