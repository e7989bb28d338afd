"""The page on which whoever starts a refresh sees what the presets look like."""

from collections.abc import Iterable
from pathlib import Path

from catchlight.config import PRESETS, Preset
from reports.templates import templates

PICTURES = PRESETS / "pictures"  # people whose pictures may be shown; made by render.sh there


def preset_page(presets: Iterable[Preset], own: Iterable[Preset] = ()) -> str:
    """Return the page: the company's ``own`` first, which have no pictures; one without a picture is described alone."""
    shown = [(preset, picture_of(preset.name) is not None) for preset in presets]
    page = templates(Path(__file__).parent).get_template("preset_page.html.j2")
    return page.render(presets=shown, own=list(own))


def picture_of(name: str) -> Path | None:
    """Return the picture of a preset that comes with Catchlight."""
    file = PICTURES / f"{name}.webp"
    return file if file.parent == PICTURES and file.is_file() else None
