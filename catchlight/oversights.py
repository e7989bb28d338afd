"""What stands in a preset and does nothing, or cannot come out as meant: told by `preset check`, refused nowhere."""

from collections.abc import Iterator

from catchlight.config import Light, Preset
from catchlight.cropping import Place, crop_box
from catchlight.cuts import PrintCrop
from catchlight.decoding import decode
from catchlight.delivery import ENLARGED_AT_MOST
from catchlight.ground import Background, Logo, Section
from catchlight.lamp import lamp
from catchlight.records import Rung

_KINDS = {
    "colour": ("solid", "gradient", "office"),
    "edge": ("gradient",),
    "towards": ("gradient",),
    "blur": ("office", "image"),
    "seed": ("office",),
}
"""Kinds of background that look at a key; every kind looks at the others."""
_GRADE = {"max_stops", "white_balance", "white_low"}  # of [light]: what belongs to the rung background, too
_SQUARISH = 1.4  # width / height up to which shoulders fill the lower corners
_HEIGHT = 1000  # of the frame in which crops are looked at; any will do
_SEEN = 1.0  # pixels of blur that hide that a picture is enlarged


def oversights(preset: Preset) -> Iterator[str]:
    """Yield a sentence for each; its pictures can be read."""
    yield from _of_the_rung(preset)
    yield from _of_the_light(preset.light)
    yield from _of_the_ground(preset.background)
    yield from _of_the_picture(preset.background, preset.crop.aspect, preset.delivery.master)
    if preset.background.logo:
        yield from _of_the_logo(preset, preset.background.logo)
    yield from _of_sizes(preset)


def _of_the_rung(preset: Preset) -> Iterator[str]:
    light = _written(preset.light) - (_GRADE if preset.rung == Rung.BACKGROUND else set())
    if preset.rung in {Rung.KEEP, Rung.CROP} and (light or _written(preset.background)):
        yield f'rung = "{preset.rung}" leaves everybody the light and the ground of their photo: [light] and [background] do nothing'
    elif preset.rung == Rung.BACKGROUND and light:
        yield f'rung = "background" leaves everybody the light of their photo: {_keys("light", light)} {_do(light)} nothing'


def _of_the_light(of: Light) -> Iterator[str]:
    key = lamp(of)
    if of.ratio and not key.azimuth and not key.closes:
        yield f'light.ratio does nothing: a lamp in the middle (pattern = "{of.pattern}") lights both cheeks alike; give light.azimuth, too, or take it out'


def _of_the_ground(of: Background) -> Iterator[str]:
    idle = {key for key in _written(of) if of.kind not in _KINDS.get(key, (of.kind,))}
    if idle:
        kinds = sorted({kind for key in idle for kind in _KINDS[key]})
        yield f'{_keys("background", idle)} {_do(idle)} nothing with kind = "{of.kind}"; meant for {", ".join(kinds)}'


def _of_the_picture(of: Background, aspect: float, master: int) -> Iterator[str]:
    if not of.image:
        return
    found = decode(of.image.read_bytes())
    height, width = found.picture.shape[:2]
    high = min(height, round(width / aspect))
    yield from (f"background.image {of.image.name}: {note.rstrip('.')}" for note in found.notes)
    if high * ENLARGED_AT_MOST < master and (of.blur or 0) * high < _SEEN:
        yield (
            f"background.image {of.image.name}: {high} pixels of its height are behind portraits of up to {master}, so it is "
            "coarser than the people before it; give a larger one, or set background.blur"
        )


def _of_the_logo(preset: Preset, of: Logo) -> Iterator[str]:
    high, wide = decode(of.file.read_bytes()).picture.shape[:2]
    if high * ENLARGED_AT_MOST < of.height * preset.delivery.master:
        yield f"background.logo.file {of.file.name}: {high} pixels high and shown at up to {of.height * preset.delivery.master:.0f}; give a larger one"
    if of.corner.startswith("bottom") and preset.crop.aspect < _SQUARISH:
        yield f"background.logo.corner: the logo is behind the person, and shoulders hide {of.corner} for most people; a top corner shows it"
    cut = [name for name, crop in preset.delivery.crops.items() if _cuts(preset, crop, of, wide / high)]
    if cut:
        yield f"background.logo: the closer crop {', '.join(cut)} cuts through it; give background.logo another margin or height"


def _cuts(preset: Preset, crop: PrintCrop, of: Logo, shape: float) -> bool:
    """Whether a crop shows a part of the logo, where the head lies as the preset wants it."""
    frame = preset.crop
    half = frame.head / 2
    place = Place(max(0, frame.eye_line - half), frame.eye_line, frame.eye_line + half, frame.centre)
    size = round(frame.aspect * _HEIGHT), _HEIGHT
    box = crop_box(place, size, crop)
    across = _side(of.margin, of.height * shape, frame.aspect, first="left" in of.corner)
    down = _side(of.margin, of.height, 1.0, first="top" in of.corner)
    shown = _of_it(across, box.left, box.width) * _of_it(down, box.top, box.height)
    return 0.02 < shown < 0.98


def _side(margin: float, length: float, whole: float, *, first: bool) -> tuple[float, float]:
    """Return where a logo begins and ends along one side, in shares of the frame's height."""
    begin = margin if first else whole - margin - length
    return begin, begin + length


def _of_it(logo: tuple[float, float], begin: int, length: int) -> float:
    """Return the share of a logo's side that a crop shows."""
    first, end = max(logo[0], begin / _HEIGHT), min(logo[1], (begin + length) / _HEIGHT)
    return max(0.0, end - first) / (logo[1] - logo[0])


def _of_sizes(preset: Preset) -> Iterator[str]:
    above = [str(size) for size in preset.delivery.sizes if size > preset.delivery.master]
    if above:
        yield f"delivery.sizes: {', '.join(above)} would be enlarged from master = {preset.delivery.master}; raise it, or leave them out"


def _written(section: Section) -> set[str]:
    return set(section.model_fields_set)


def _keys(section: str, keys: set[str]) -> str:
    return ", ".join(f"{section}.{key}" for key in sorted(keys))


def _do(keys: set[str]) -> str:
    return "does" if len(keys) == 1 else "do"
