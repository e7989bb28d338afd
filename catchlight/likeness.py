"""How unlike a photo its portraits are, all of them described at once where the recogniser can."""

from collections.abc import Sequence
from typing import Any

from catchlight import framing
from catchlight.anatomy import Face, OtherPicture, Recogniser
from catchlight.negative import Negative
from catchlight.pixels import to_linear, to_srgb
from catchlight.printing import Change
from catchlight.studio import Studio

PLAIN = 400  # rows of the copy on which photo and portrait are compared pixel by pixel
Look = tuple[OtherPicture, Face]


def unlike(negative: Negative, printed: Sequence[tuple[Change, OtherPicture]], studio: Studio) -> list[float]:
    """Return for each portrait of a photo how unlike it is: 0 the same face, 1 the engine's limit for the same person.

    An engine that compares pixels is shown the photo in the light that was recorded: what then
    differs in the portrait was not recorded.
    """
    recogniser = studio.recogniser
    photos = [_photo(negative, change, recogniser) for change, _ in printed]
    if recogniser.KNOWS_PEOPLE:
        photos = photos[:1]
    found = described(recogniser, [*photos, *(_portrait(negative, portrait) for _, portrait in printed)])
    before = found[: len(photos)] * (len(printed) // max(1, len(photos)))
    pairs = zip(before, found[len(photos) :], strict=True)
    return [recogniser.distance(*pair) / recogniser.SAME_BELOW for pair in pairs]


def described(recogniser: Recogniser, looks: Sequence[Look]) -> list[Any]:
    """Return a descriptor of each face, in one batch where the engine has ``describe_all``."""
    at_once = getattr(recogniser, "describe_all", None)
    return at_once(looks) if at_once else [recogniser.describe(*look) for look in looks]


def _photo(negative: Negative, change: Change, recogniser: Recogniser) -> Look:
    photo, face = negative.picture, negative.face
    if not recogniser.KNOWS_PEOPLE and change.stops is not None:
        to = negative.map(PLAIN)
        photo = to_srgb(change.on(to_linear(framing.level(photo, to)), PLAIN, 0))
        face = face.moved(to.matrix)
    return photo, face.as_face


def _portrait(negative: Negative, portrait: OtherPicture) -> Look:
    return portrait, negative.face.moved(negative.map(portrait.shape[0]).matrix).as_face
