"""What `preset check` says of a preset that is right and does not do what its author means."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from catchlight import cropping
from catchlight.config import load_preset, preset_names
from catchlight.cropping import Place
from catchlight.cuts import PrintCrop
from catchlight.oversights import oversights
from flows.commands.preset import app


def _said(folder: Path, text: str) -> str:
    """Return what `preset check` prints of a preset with a wall, a small one, and a mark beside it."""
    Image.new("RGBA", (300, 300), (10, 40, 100, 120)).save(folder / "glass.png")
    Image.new("RGB", (40, 40)).save(folder / "tiny.png")
    Image.new("CMYK", (2400, 1600)).save(folder / "wall.jpg")
    mark = np.zeros((100, 300, 4), np.uint8)
    mark[20:80, 20:280] = 255
    cv2.imwrite(str(folder / "mark.png"), mark)
    (folder / "own.toml").write_text(f'title = "Own"\n{text}', encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(folder / "own.toml")])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[background]\nedge = "#0b2a6b"\ntowards = "left"', 'background.edge, background.towards do nothing with kind = "solid"; meant for gradient'),
        ("[background]\nseed = 3\nblur = 0.1", 'background.blur, background.seed do nothing with kind = "solid"; meant for image, office'),
        ('[background]\nkind = "image"\nimage = "wall.jpg"\ncolour = "#ffd400"', 'background.colour does nothing with kind = "image"'),
        ("[delivery]\nmaster = 1024\nsizes = [4096, 2048, 400]", "4096, 2048 would be enlarged from master = 1024"),
        ("[delivery]\nmaster = 1024", "2048 would be enlarged from master = 1024"),
        ('[light]\npattern = "butterfly"\nratio = 1.8', "light.ratio does nothing: a lamp in the middle"),
        ('rung = "crop"\n[background]\ncolour = "#ffffff"', "[light] and [background] do nothing"),
        ('rung = "background"\n[light]\npattern = "flat"\nmax_stops = 0.2', "light.pattern does nothing"),
        ('[background]\nkind = "image"\nimage = "glass.png"', "Transparent parts were put on white"),
        ('[background]\nkind = "image"\nimage = "wall.jpg"', "CMYK without a colour profile: colours are approximate"),
        ('[background]\nkind = "image"\nimage = "tiny.png"', "40 pixels of its height are behind portraits of up to 2048"),
        ('[background.logo]\nfile = "mark.png"\ncorner = "bottom-left"', "shoulders hide bottom-left"),
        ('[background.logo]\nfile = "mark.png"\nheight = 0.2', "100 pixels high and shown at up to 410"),
        ('[background.logo]\nfile = "mark.png"', "the closer crop avatar cuts through it"),
    ],
)  # fmt: skip
def test_what_does_nothing_or_comes_out_otherwise_is_told(tmp_path: Path, text: str, said: str) -> None:
    """By its key, with what to do; the preset stays right."""
    told = _said(tmp_path, text)
    assert "Look at this: " in told
    assert said in told


@pytest.mark.parametrize(
    "text",
    [
        "[delivery]\nmaster = 1024\nsizes = [1024, 400]",
        'rung = "background"\n[light]\nmax_stops = 0.2',
        '[light]\npattern = "butterfly"\nazimuth = 20\nratio = 1.8',
        '[background]\nkind = "office"\nseed = 3\nblur = 0.1\ncolour = "#ffffff"',
        '[background]\nkind = "image"\nimage = "tiny.png"\nblur = 0.05',
        '[background.logo]\nfile = "mark.png"\nmargin = 0.13\nheight = 0.05',
        '[crop]\naspect = 1.7777\n[background.logo]\nfile = "mark.png"\ncorner = "bottom-left"',
    ],
)
def test_what_comes_out_as_meant_is_not_told(tmp_path: Path, text: str) -> None:
    """A warning that is wrong is read once."""
    assert "Look at this" not in _said(tmp_path, text)


@pytest.mark.parametrize("name", preset_names())
def test_presets_that_come_with_catchlight_say_nothing_for_nothing(name: str) -> None:
    """They are what people copy."""
    assert not list(oversights(load_preset(name)))


@pytest.mark.parametrize(("margin", "whole"), [(0.05, False), (0.13, True)])
def test_a_crop_cuts_a_logo_where_it_says_so(tmp_path: Path, margin: float, *, whole: bool) -> None:
    """Seen on the crop itself: a red mark in the corner of a grey frame, and a head where the preset wants it."""
    told = "cuts through it" in _said(
        tmp_path, f'[background.logo]\nfile = "mark.png"\nheight = 0.05\nmargin = {margin}'
    )
    frame = np.full((1000, 1000, 3), 128, np.uint8)
    edge = round(1000 * margin)
    frame[edge : edge + 50, 1000 - edge - 150 : 1000 - edge] = (255, 0, 0)
    box = cropping.crop_box(Place(0.12, 0.44, 0.76, 0.5), (1000, 1000), PrintCrop())
    shown = frame[box.top : box.top + box.height, box.left : box.left + box.width, 0] == 255
    assert (shown.sum() == 50 * 150) == whole == (not told)
