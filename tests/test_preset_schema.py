"""An editor marks what `preset check` refuses, wherever a schema can say so, and nothing that it accepts."""

import json
import tomllib
from pathlib import Path

import pytest

from catchlight.config import load_preset
from catchlight.errors import ConfigError
from catchlight.judge import limits
from catchlight.preset_schema import text

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = jsonschema.Draft7Validator(json.loads(text()))
PAINTER = '[engines]\npaint = "diffusion"\n'

WRONG = [
    '[background]\nkind = "gradient"',
    '[background]\nkind = "image"',
    '[background]\nimage = "wall.png"',
    '[background]\nkind = "transparent"',
    "[background.logo]",
    "[delivery.crops.Tile]\nhead = 0.7",
    '[delivery.crops."a b"]',
    '[rungs]\n"" = "crop"',
    '[rungs]\nDE = "retouch"',
    "[generate]\ncandidates = 2",
    f'{PAINTER}[generate]\nsetting = "office"',
    PAINTER,
    '[checks.gaze]\noutcome = "review"',
    '[checks.painted]\noutcome = "note"',
    "[checks.painted]\nhigh = 1",
    "[checks.headd]\nlow = 1",
    'name = "house"',
]
RIGHT = [
    '[background]\nkind = "gradient"\nedge = "#0b2a6b"',
    '[background]\nkind = "image"\nimage = "wall.png"',
    '[background.logo]\nfile = "wall.png"',
    "[delivery.crops.tile]\nsizes = [128]",
    '[rungs]\nDE = "background"\n"*" = "relight"',
    f'rung = "generate"\n{PAINTER}[generate]\nsetting = "office"',
    '[engines]\npaint = ""\n[generate]',
    '[checks.gaze]\noutcome = "note"\nhigh = 12',
    '[checks.painted]\noutcome = "retake"',
]


def _refused(folder: Path, toml: str) -> tuple[bool, bool]:
    """Return whether the command and the schema refuse a preset."""
    (folder / "wall.png").touch()
    own = folder / "own.toml"
    own.write_text(f'title = "Own"\n{toml}\n', encoding="utf-8")
    marked = bool(list(SCHEMA.iter_errors(tomllib.loads(own.read_text(encoding="utf-8")))))
    try:
        limits(load_preset(str(own)))
    except ConfigError:
        return True, marked
    return False, marked


@pytest.mark.parametrize("toml", WRONG)
def test_what_is_refused_is_marked(tmp_path: Path, toml: str) -> None:
    """While it is written, not when the command is run."""
    assert _refused(tmp_path, toml) == (True, True)


@pytest.mark.parametrize("toml", RIGHT)
def test_what_is_right_is_not_marked(tmp_path: Path, toml: str) -> None:
    """Whoever follows the editor gets a preset that works."""
    assert _refused(tmp_path, toml) == (False, False)
