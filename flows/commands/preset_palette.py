"""``catchlight preset check --source``: for which share of a company the preset's colours stand off from faces."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from catchlight import palette
from catchlight.config import Preset
from catchlight.decoder import Decoder
from catchlight.errors import PhotoError
from catchlight.ground import Background
from catchlight.judge import limits
from catchlight.palette import Faces
from catchlight.subject import look
from flows.commands.preset_people import opened, people_of, studio_of
from flows.progress import Counter
from flows.terminal import bars, console

ENOUGH = 0.95  # share of the company for whom a preset's ground must hold
_FEWEST = 20  # of fewer people no percentile is told: it would be somebody


@dataclass(frozen=True, slots=True)
class Company:
    """The luminance of everybody's face, without names, and how many had no usable photo."""

    faces: Faces
    unusable: int


def meet(preset: Preset, source: Path, most: int) -> Company:
    """Measure the faces of a company; nothing of it is kept. A photo that cannot be used is only counted."""
    people = people_of(source, most=most)
    studio, counter, faces = (
        studio_of(preset, "finder", "tracer"),
        Counter("Looking at faces", len(people)),
        [],
    )
    with bars(), Decoder() as decoder:
        for photos in people:
            try:
                faces.append(palette.of_face(look(opened(photos, source, decoder), studio)))
            except PhotoError:
                continue
            finally:
                counter.step()
    return Company(np.array(faces), len(people) - len(faces))


def tell(preset: Preset, company: Company) -> int:
    """Print what holds for whom and what would; return the exit code: 0 when the ground holds for enough people."""
    faces, least = company.faces, (limits(preset)["background_contrast"].low or 0.0) / 100
    without = "1 person" if company.unusable == 1 else f"{company.unusable} people"
    console.print(f"{len(faces)} faces measured, {without} without a usable photo.")
    if not len(faces):
        return 1
    table = Table(title=f"Contrast of at least {least:.0%}")
    table.add_column("ground", no_wrap=True)
    for header in ("colour", "holds for", "contrast of 95 %", "works for most"):
        table.add_column(header)
    for key, code in _colours(preset.background).items():
        proposals = "  ".join(f"{p.colour} ({p.holds:.0%})" for p in palette.propose(faces, code, least))
        table.add_row(key, code, *_words(faces, palette.luminance_of(code), least), proposals)
    seen = palette.seen_ground(preset.background, preset.crop.aspect)
    table.add_row("as it is seen", "", *_words(faces, seen, least), "")
    console.print(table)
    _tell_of_mid_tones(faces, least)
    holds = palette.standing(faces, seen, least).holds
    verdict = "holds" if holds >= ENOUGH else "is too like the faces of too many people: it holds"
    console.print(
        f"The ground as it is seen {verdict} for {holds:.0%} of people; {ENOUGH:.0%} are needed.",
        soft_wrap=True,
    )
    return int(holds < ENOUGH)


def _colours(background: Background) -> dict[str, str]:
    """Return the colours that a person would change, by their key."""
    if background.kind == "image":
        return {}
    found = {"background.colour": background.colour}
    if background.kind == "gradient" and background.edge:
        found["background.edge"] = background.edge
    return found


def _words(faces: Faces, ground: float, least: float) -> tuple[str, str]:
    standing = palette.standing(faces, ground, least)
    return f"{standing.holds:.1%}", f"{standing.low:.0%}" if len(faces) >= _FEWEST else "too few people"


def _tell_of_mid_tones(faces: Faces, least: float) -> None:
    if len(faces) < _FEWEST:
        return
    dark, light = palette.collision(faces, least)
    above = f"above L* {light:.0f}" if light < 100 else "no lighter one, white included, works for 95 %"
    console.print(f"Grounds that work for about 95 % of these people: below L* {dark:.0f}, or {above}; mid-tones do not.",
                  soft_wrap=True)  # fmt: skip
