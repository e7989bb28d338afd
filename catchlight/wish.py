"""What one person wants different about their portrait, within what the brand allows everybody."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from catchlight import plugins
from catchlight.caps import NO_CAP, Cap, lowest
from catchlight.config import Crop, Limit, Preset
from catchlight.records import Photo, Rung

_STEP = 0.03  # of the frame: what a closer or wider crop changes the head by
_LESS = 0.01  # of the frame: at least so much smaller is a head that should be
_SOFTEST = 2
_LADDER = tuple(Rung)
_LEFT_OUT = "Left out: another photo was asked for."
_MAY_EXPLAIN = {
    "light_away": Rung.BACKGROUND,
    "background_colour": Rung.CROP,
    "background_contrast": Rung.CROP,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be different.

    ``head`` is the share of the frame that the head should fill, ``most`` what it may at most (0: as
    the preset says), ``softer`` how often the change of light is halved, ``rung`` the furthest change
    ("" for no wish), ``without`` the photos (vault digests) that are not to be used.
    """

    head: float = 0.0
    most: float = 0.0
    softer: int = 0
    rung: str = ""
    without: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """All of it as one text, for a recipe."""
        return f"wish {self.head} {self.most} {self.softer} {self.rung} {' '.join(self.without)}"

    @property
    def tags(self) -> str:
        """The reasons that it comes to, separated by blanks: what was different about a portrait."""
        size = [] if not self.head else ["looser"] if self.most else ["tighter"]
        rung = {Rung.BACKGROUND: "as_photographed", Rung.CROP: "old_background", Rung.KEEP: "not_me"}
        least = [rung[Rung(self.rung)]] if self.rung in rung else []
        return " ".join(
            [*size, *["softer_light"] * self.softer, *least, *["other_photo"] * bool(self.without)]
        )

    @property
    def cap(self) -> Cap:
        """The wish as a cap on how far the photo is changed."""
        return Cap(Rung(self.rung), "as they wished") if self.rung else NO_CAP

    def view(self, preset: Preset) -> Preset:
        """Return the preset as this person wants it; what the preset allows everybody still holds."""
        if not (self.softer or self.head):
            return preset
        light = preset.light.model_copy(update={"strength": preset.light.strength * 0.5**self.softer})
        own = preset.model_copy(update={"light": light, "crop": self._crop(preset.crop)})
        return own.model_copy(update={"checks": _heads(preset, own)}) if self.head else own

    def _crop(self, crop: Crop) -> Crop:
        if not self.head:
            return crop
        head = min(max(self.head, crop.head_low), crop.head_high)
        most = max(head, min(self.most or crop.head_high, crop.head_high))
        return crop.model_copy(update={"head": head, "head_high": most})

    def sort(self, photos: Iterable[Photo]) -> tuple[list[Photo], list[Photo]]:
        """Return the photos that can be used, and the others: without bytes, or left out."""
        usable, others = [], []
        for photo in photos:
            if photo.digest and photo.digest not in self.without:
                usable.append(photo)
            else:
                others.append(replace(photo, note=_LEFT_OUT) if photo.digest else photo)
        return usable, others

    def among(self, photos: Iterable[Photo]) -> "Wish":
        """Return the wish as far as these photos can meet it: the last one is never left out."""
        there = {photo.digest for photo in photos if photo.digest}
        left_out = tuple(sorted(there.intersection(self.without)))
        return replace(self, without=left_out if len(left_out) < len(there) else ())

    def explains(self, check: str) -> bool:
        """Whether a check may stand out only because the portrait is as the person wished."""
        if check == "light_away" and self.softer:
            return True
        if not self.rung or check not in _MAY_EXPLAIN:
            return False
        return _LADDER.index(Rung(self.rung)) <= _LADDER.index(_MAY_EXPLAIN[check])

    def plus(self, tag: str, about: "Made") -> "Wish":
        """Return the wish with one more reason, given about a picture."""
        lower = _LADDER[max(0, _LADDER.index(Rung(about.rung)) - 1)]
        means = {
            "tighter": {"head": round(about.head + _STEP, 2), "most": 0.0},
            "looser": {"head": round(about.head - _STEP, 2), "most": round(about.head - _LESS, 2)},
            "softer_light": {"softer": min(self.softer + 1, _SOFTEST)},
            "as_photographed": {"rung": self._at_most(Rung.BACKGROUND)},
            "old_background": {"rung": self._at_most(Rung.CROP)},
            "not_me": {"rung": self._at_most(lower)},
            "other_photo": {"without": tuple(sorted({*self.without, about.photo} - {""}))},
        }
        return replace(self, **means.get(tag, {}))  # type: ignore[arg-type]  # each of its field's kind

    def _at_most(self, rung: Rung) -> str:
        return str(lowest(self.cap, Cap(rung)).rung)

    def plain(self) -> dict[str, Any]:
        """Return plain values for a plan."""
        return asdict(self)

    @staticmethod
    def of(plain: dict[str, Any]) -> "Wish":
        """Return the wish that :meth:`plain` was made from."""
        return Wish(**{**plain, "without": tuple(plain["without"])})


def _heads(*presets: Preset) -> dict[str, Limit]:
    """Return the first preset's checks, so that every head is right which is right for one of the presets."""
    implied = [plugins.load("catchlight.checks", "head").limits(preset) for preset in presets]
    wide = {"low": min(each["low"] for each in implied), "high": max(each["high"] for each in implied)}
    own = presets[0].checks.get("head", Limit())
    return presets[0].checks | {"head": Limit(**{**wide, **own.model_dump(exclude_none=True)})}


NO_WISH = Wish()


@dataclass(frozen=True, slots=True)
class Made:
    """How a picture came about: from which photo, changed how far, with how large a head, after which wish."""

    photo: str = ""
    rung: str = Rung.RELIGHT
    head: float = 0.64  # share of the frame
    wish: Wish = NO_WISH
