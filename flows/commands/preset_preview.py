"""``catchlight preset preview``: a few people as each preset would show them, on one labelled sheet."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catchlight import pixels
from catchlight.anatomy import Picture
from catchlight.config import Preset
from catchlight.decoder import Decoder
from catchlight.errors import ConfigError, PhotoError
from catchlight.models import ModelStore, default_root
from catchlight.sitting import sit
from catchlight.studio import Studio
from catchlight.vault import write_whole
from flows.commands.preset_people import People, opened, people_of, studio_of
from flows.progress import Counter
from flows.terminal import bars
from reports.preset_sheet import Row, sheet

FILES: dict[str, Callable[[Picture], bytes]] = {
    ".png": pixels.png, ".jpg": pixels.jpeg, ".jpeg": pixels.jpeg, ".webp": pixels.webp,
}  # fmt: skip
_MASTER = 640  # portraits for a sheet need not be larger


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show: presets, of which source whom (``only``) or how many, and how high each portrait is."""

    presets: list[Preset]
    source: Path | None
    only: tuple[str, ...]
    people: int
    height: int


def preview(wanted: Wanted, output: Path) -> tuple[int, int]:
    """Write the sheet; return how many people it shows and how many photos could not be used.

    ConfigError for an output that is no picture, a source without people, or when nobody can be shown.
    """
    if output.suffix.lower() not in FILES:
        message = f"--output {output}: end it with one of {', '.join(FILES)}"
        raise ConfigError(message)
    with _source(wanted.source) as source:
        people = people_of(source, wanted.only)
        wall, unusable = _wall(wanted, people, source)
    if not wall:
        message = f"--source {wanted.source}: none of the {unusable} photos tried can be used"
        raise ConfigError(message)
    rows = [
        Row(preset.title, preset.name, [portraits[place] for portraits in wall])
        for place, preset in enumerate(wanted.presets)
    ]
    write_whole(output, FILES[output.suffix.lower()](sheet(rows, wanted.height)))
    return len(wall), unusable


@contextmanager
def _source(given: Path | None) -> Iterator[Path]:
    """Yield the folder given, or the demo's people."""
    if given:
        yield given
        return
    from flows.demo import furnish  # noqa: PLC0415  loads insightface

    with tempfile.TemporaryDirectory(prefix="catchlight-") as folder:
        yield furnish(Path(folder), ModelStore(default_root()))


def _wall(wanted: Wanted, people: People, source: Path) -> tuple[list[list[Picture]], int]:
    """Return each person's portraits, one a preset, and how many people could not be shown."""
    presets = [_small(preset) for preset in wanted.presets]
    studios = _studios(presets)
    found: list[list[Picture]] = []
    counter, unusable = Counter("Making portraits", min(wanted.people, len(people))), 0
    with bars(), Decoder() as decoder:
        for photos in _spread(people, wanted.people):
            try:
                photo = opened(photos, source, decoder)
                found.append([sit(photo, *with_).portrait for with_ in zip(presets, studios, strict=True)])
            except PhotoError:
                unusable += 1
                continue
            counter.step()
            if len(found) == wanted.people:
                break
    return found, unusable


def _small(preset: Preset) -> Preset:
    master = min(_MASTER, preset.delivery.master)
    return preset.model_copy(update={"delivery": preset.delivery.model_copy(update={"master": master})})


def _studios(presets: list[Preset]) -> list[Studio]:
    """Return each preset's engines; presets with the same ones share them."""
    found: list[Studio] = []
    for preset in presets:
        same = (studio for studio in found if studio.preset.engines == preset.engines)
        found.append(next(same, None) or studio_of(preset))
    return found


def _spread(people: People, wanted: int) -> People:
    """Return people from all over the list first, then the others, for those who cannot be shown."""
    step = max(1, len(people) // wanted)
    return [photos for start in range(step) for photos in people[start::step]]
