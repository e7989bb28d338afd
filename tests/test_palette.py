"""The palette check: for whom a ground holds, and what would hold for more."""

import numpy as np
import pytest

from catchlight import backdrop, palette
from catchlight.config import load_preset
from catchlight.ground import Background
from tests.studio import Gallery, measure, small

pytest_plugins = ["tests.studio_fixtures"]

FACES = np.array([0.10, 0.20, 0.30, 0.40])  # luminances of four invented faces


@pytest.mark.parametrize(
    ("ground", "share"),
    [(1.0, 1.0), (0.56, 0.75), (0.30, 0.5), (0.25, 0.5), (0.069, 1.0), (0.071, 0.75), (0.0, 1.0)],
)
def test_the_share_of_people_is_counted(ground: float, share: float) -> None:
    """A face holds when ground and face differ by 30 % of the brighter of both."""
    assert palette.standing(FACES, ground).holds == share


def test_the_low_contrast_is_what_all_but_a_twentieth_reach() -> None:
    """Of a hundred faces the five nearest to the ground are left out."""
    faces = np.concatenate([np.full(95, 0.2), np.full(5, 0.79)])
    assert palette.standing(faces, 0.8).low == pytest.approx(0.75, abs=0.1)


@pytest.mark.parametrize("code", ["#808080", "#4a6b8a", "#c9a27e", "#cdd3d9"])
def test_what_is_proposed_holds_for_more_people_and_keeps_the_hue(code: str) -> None:
    """A colour that is too like somebody's face becomes lighter or darker, not another colour."""
    before = palette.standing(FACES, palette.luminance_of(code)).holds
    proposals = palette.propose(FACES, code)
    assert len(proposals) == 2
    assert proposals[0].holds >= max(before, proposals[1].holds)
    for proposal in proposals:
        assert palette.standing(FACES, palette.luminance_of(proposal.colour)).holds == proposal.holds
        red, green, blue = (int(proposal.colour[i : i + 2], 16) for i in (1, 3, 5))
        first, last = (int(code[i : i + 2], 16) for i in (1, 5))
        assert (red - blue) * (first - last) >= 0
        assert max(red, green, blue) - min(red, green, blue) < 110


def test_a_colour_that_holds_for_all_is_left_as_it_is() -> None:
    """Nobody is told to change what is right."""
    assert palette.propose(FACES, "#ffffff")[0].colour == "#ffffff"
    assert palette.Proposal("#0e1b30", 1.0) in palette.propose(FACES, "#0e1b30")


def test_the_nearest_lightness_is_proposed() -> None:
    """A step less would hold for fewer people."""
    darker = next(p for p in palette.propose(FACES, "#808080") if palette.luminance_of(p.colour) < 0.2)
    assert darker.holds == 1
    assert 0.06 < palette.luminance_of(darker.colour) <= 0.07


def test_mid_tones_that_cannot_work_are_told() -> None:
    """Between the darkest and the lightest faces of a mixed company there is no room for a ground."""
    dark, light = palette.collision(np.linspace(0.1, 0.4, 200))
    assert dark == pytest.approx(palette.lightness(0.115 * 0.7), abs=0.5)
    assert light == pytest.approx(palette.lightness(0.385 / 0.7), abs=0.5)
    assert palette.collision(np.array([0.1, 0.8]))[1] == 100


def test_the_ground_as_seen_is_what_the_portraits_check_sees(gallery: Gallery) -> None:
    """What is foretold of a preset agrees with the contrast measured on a portrait made with it."""
    photo = gallery.open("icpsr021534")
    for name in ("house", "deep-blue", "office"):
        preset = small(name)
        sitting = gallery.sit(photo.picture, preset)
        ground = palette.seen_ground(preset.background, preset.crop.aspect)
        there = palette.contrast(np.array([palette.of_face(sitting.subject)]), ground)[0]
        assert 100 * there == pytest.approx(measure("background_contrast", sitting), abs=8)


def test_a_plain_ground_is_seen_as_it_is() -> None:
    """One colour has one luminance; a gradient lies between its two."""
    assert palette.seen_ground(Background(colour="#808080"), 0.8) == pytest.approx(
        palette.luminance_of("#808080")
    )
    house = load_preset("house").background
    assert palette.luminance_of("#cdd3d9") < palette.seen_ground(house, 1.0) < palette.luminance_of("#f1f3f5")
    assert backdrop.render(house, 200, 200).flags.writeable is False
