"""The studio's portrait in the frame that it will have once it is painted."""

from dataclasses import dataclass, replace

from catchlight import framing, repaint
from catchlight.anatomy import Picture
from catchlight.correction import decide
from catchlight.framing import CROWN_OF_ANATOMY, Frame, Head
from catchlight.negative import Negative
from catchlight.painting import Painter
from catchlight.printing import Change, expose, settle
from catchlight.records import Rung
from catchlight.repaint import Region, Wanted
from catchlight.sitting import Sitting, print_size
from catchlight.studio import Studio

_HAIR = 1.1  # crown with hair, in heights of a bare crown above the eyes


@dataclass(frozen=True, slots=True)
class Stage:
    """The studio's portrait in the frame that will be painted, at the painter's size and for the print.

    ``left`` says what was wanted and may not be painted.
    """

    negative: Negative
    change: Change
    height: int
    enlarged: float
    head: Head
    frame: Frame
    picture: Picture
    region: Region
    left: tuple[str, ...] = ()


def set_up(base: Sitting, wanted: Wanted, studio: Studio, painter: Painter) -> Stage:
    """Develop the portrait in the frame that it will have once it is painted; LookupError: clothes cannot be told."""
    preset, sheet = base.preset, base.sheet
    head = whole(sheet.head) if wanted.crown else sheet.head
    frame = framing.fit(head, preset.crop) if wanted.crown or wanted.shoulders else base.frame
    height, enlarged = print_size(frame, sheet, preset, studio)
    negative = replace(base.negative, frame=frame)
    negative, change = decide(negative, head, base.photo_light, Rung.RELIGHT, Rung.BACKGROUND)
    change = settle(negative, change, height, enlarged)
    rows = _rows(preset.crop.aspect, painter)
    picture, alpha = expose(negative, change, rows)
    to = negative.map(rows)
    region = repaint.region(picture, alpha, negative.seen(to), negative.face.moved(to.matrix), wanted)
    return Stage(negative, change, height, enlarged, head, frame, picture, region)


def _rows(aspect: float, painter: Painter) -> int:
    """Return the most rows of a frame that a painter takes."""
    return max(painter.step, int((painter.most / aspect) ** 0.5) // painter.step * painter.step)


def whole(head: Head) -> Head:
    """Return a head with its crown where it will be, if the photo cuts it."""
    crown = head.eyes - _HAIR * CROWN_OF_ANATOMY * (head.chin - head.eyes)
    return replace(head, crown=min(head.crown, crown), cut=False) if head.cut else head
