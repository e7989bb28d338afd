"""The pictures of one portrait as a page shows them: the photo, the photo in the portrait's frame, the portrait."""

from dataclasses import dataclass

from catchlight.records import Rung
from catchlight.standings import Standing

_ENLARGED = 1.05  # less is not worth a sentence
_CHANGES = {
    Rung.KEEP: ("keep",),
    Rung.CROP: ("crop",),
    Rung.BACKGROUND: ("crop", "background", "colour"),
    Rung.RELIGHT: ("crop", "background", "colour", "light"),
    Rung.GENERATE: ("generate",),
}


@dataclass(frozen=True, slots=True)
class Frames:
    """Vault digests, "" for none. ``aligned`` is the photo, unchanged, in the frame of ``after``."""

    before: str
    aligned: str
    after: str
    rung: str
    cap: str

    @property
    def left(self) -> str:
        """The picture to put beside the portrait: in its frame, so that both can be compared point by point."""
        return self.aligned or self.before


def frames(one: Standing) -> Frames:
    """Return the pictures of what answers are about now."""
    render = one.person.portrait.render
    for attempt in one.person.earlier:
        if attempt.picture == one.picture and not (render and render.picture == one.picture):
            return Frames(attempt.before, attempt.aligned, attempt.picture, attempt.rung, "")
    if render is None:
        return Frames("", "", "", "", "")
    return Frames(render.before, render.aligned, render.picture, render.rung, render.cap)


def changes(one: Standing) -> list[tuple[str, str]]:
    """Return what was done to the picture: keys of sentences, each with how many times it was enlarged."""
    render = one.person.portrait.render
    rung = one.person.rung_of(one.picture)
    found = [(name, "") for name in _CHANGES.get(Rung(rung), ())] if rung in set(Rung) else []
    if render and not one.is_earlier and render.enlarged >= _ENLARGED:
        found.append(("enlarged", f"{render.enlarged:.1f}"))
    return found
