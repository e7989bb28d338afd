"""Photos that there are and that could not be had: for IT or HR to put right, never for the person to send again."""

from collections.abc import Iterable

from catchlight.errors import ConfigError
from catchlight.records import Photo
from catchlight.source import Finding

DISAGREE = "photo.disagree"
"""Systems have photos of different people, and which is right cannot be told."""

AWAY = "photo.away"
"""A photo was there, and could not be had this time: the next run asks again."""

_REASONS = frozenset(("photo.unreadable", "photo.elsewhere", AWAY, DISAGREE))
_SHOWN = 3


def out_of_reach(reason: str) -> bool:
    """Whether a reason code says that a photo is there and may not be read, or not be believed."""
    return reason in _REASONS or reason.endswith(".rights")


def why_none(photos: Iterable[Photo]) -> tuple[str, str]:
    """Return why none of somebody's photos is here, as code and sentence."""
    told = next((photo for photo in photos if photo.note), None)
    if told is None:
        return "photo.missing", "There is no photo of this person; send one from the chest up."
    known = told.reason.startswith("photo.") or out_of_reach(told.reason)
    return told.reason if known else "photo.missing", told.note


def unread(photos: Iterable[Photo], *, some: bool) -> list[Finding]:
    """Tell of photos that could not be read; ConfigError where that holds of every one and ``some`` are needed."""
    photos = list(photos)
    notes = [one.note for one in photos if out_of_reach(one.reason) and one.reason != DISAGREE]
    if not notes:
        return []
    more = f" (and {len(notes) - _SHOWN} more)" if len(notes) > _SHOWN else ""
    told = "; ".join(notes[:_SHOWN]) + more
    if some and len(notes) == len(photos):
        message = f"no photo can be read, and {len(photos)} were tried: {told}"
        raise ConfigError(message)
    sentence = (
        f"Photos that cannot be read here, so that nobody is asked for another one: {len(notes)}. {told}."
    )
    return [Finding("photo_unread", sentence)]
