"""Presets: what comes with Catchlight is right, what is wrong in one's own is named."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catchlight import framing
from catchlight.config import PRESETS, Engines, load_preset, preset_names
from catchlight.errors import ConfigError
from catchlight.framing import Head
from catchlight.job import Job
from catchlight.judge import limits
from catchlight.models import ModelStore
from catchlight.studio import JOBS, Studio

pytest_plugins = ["tests.studio_fixtures"]

HEAVY = (
    "torch",
    "onnxruntime",
    "ai_edge_litert",
    "dlib",
    "insightface",
    "prefect",
    "skimage",
    "scipy",
    "polars",
)


def _written(folder: Path, text: str, name: str = "own") -> str:
    """Write a preset of one's own into a fresh folder; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _wrong(folder: Path, text: str) -> str:
    """Return what is said of a preset that is wrong."""
    with pytest.raises(ConfigError) as caught:
        load_preset(_written(folder, f'title = "Own"\n{text}'))
    return str(caught.value)


@pytest.mark.parametrize("name", preset_names())
@pytest.mark.parametrize(
    "check", ["matte", "scraps", "strays", "haze", "camouflage", "blind_outline", "frayed", "flecks"]
)
def test_no_ground_is_an_excuse_for_edges(name: str, check: str) -> None:
    """A preset that comes with Catchlight may ask for better outlines than the house's, never for worse."""
    asked, usual = limits(load_preset(name))[check].high, limits(load_preset("house"))[check].high
    assert asked is not None
    assert usual is not None
    assert asked <= usual


@pytest.mark.parametrize("name", preset_names())
def test_every_bundled_preset_is_right(name: str) -> None:
    """It has a title and a description, engines for every job, and limits for every check."""
    preset = load_preset(name)
    assert preset.name == name
    assert preset.title
    assert preset.description.endswith(".")
    assert all(getattr(preset.engines, job) for job in JOBS)
    assert limits(preset)
    assert preset.crop.head_low <= preset.crop.head <= preset.crop.head_high


def test_at_least_eight_looks_come_with_catchlight() -> None:
    """Each has its own ground, and with light and crop no two are the same look."""
    assert {"house", "clean-white", "deep-blue", "office"} <= set(preset_names())
    presets = [load_preset(name) for name in preset_names()]
    assert len({preset.background for preset in presets}) == len(presets) >= 8
    assert len({preset.light for preset in presets}) >= 8
    assert len({preset.crop for preset in presets}) >= 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[crop]\nhed = 0.6", ["crop.hed"]),
        ("[colour]\nkind = 1", ["colour"]),
        ("[crop]\nhead = 0.9", ["crop.head", "0.8"]),
        ('[crop]\naspect = "wide"', ["crop.aspect", "number"]),
        ("[crop]\naspect = nan", ["crop.aspect"]),
        ('[background]\ncolour = "grey"', ["background.colour"]),
        ('[background]\nkind = "wood"', ["background.kind", "solid", "gradient", "image"]),
        ('[background]\nkind = "image"', ["background.image"]),
        ('[background]\nkind = "image"\nimage = "gone.jpg"', ["background.image"]),
        ('[background.logo]\nfile = "gone.png"', ["background.logo.file", "gone.png"]),
        ('[background.logo]\ncorner = "top"', ["background.logo.corner", "top-right"]),
        ("[background]\nvignette = 1.0", ["background.vignette", "0.9"]),
        ('rung = "retouch"', ["rung", "keep", "background"]),
        ('[engines]\nfaces = "yunett"', ["yunett", "yunet"]),
        ('[engines]\nfaces = "selfie"', ["engines.faces", "selfie"]),
        ('[engines]\nmatte = "_litert"', ["_litert", "selfie"]),
        ("[checks.headd]\nlow = 1", ["checks.headd", "eye_line"]),
        ("[checks.head]\nlo = 1", ["checks.head.lo"]),
        ('[checks.head]\noutcome = "fire"', ["checks.head.outcome", "review"]),
        ("[light]\nmax_stops = 3", ["light.max_stops", "1.5"]),
        ('name = "house"', ["name", "file"]),
        ("[crop\n", ["TOML"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: list[str]) -> None:
    """The key, and what would be accepted, stand in the error; so does the file, or the plug-ins there are."""
    message = _wrong(tmp_path, text)
    assert all(word in message for word in said), message
    assert str(tmp_path) in message or "there are:" in message


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to run again for each."""
    message = _wrong(tmp_path, "[crop]\nhed = 1\n[light]\nmax_stop = 1")
    assert "crop.hed" in message
    assert "light.max_stop" in message


def test_a_preset_without_title_says_so(tmp_path: Path) -> None:
    """An empty file is not a look."""
    with pytest.raises(ConfigError, match="title"):
        load_preset(_written(tmp_path, ""))


@pytest.mark.parametrize("name", ["no-such", "no-such.toml", ""])
def test_an_unknown_preset_lists_what_there_is(name: str) -> None:
    """Whoever mistypes a name sees the right ones."""
    with pytest.raises(ConfigError, match=r"clean-white.*house"):
        load_preset(name)


def test_a_file_that_is_not_there_is_named_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that works from one folder and not from another shows why; a forgotten ending is told."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=f"there is no file {tmp_path}/looks/own.toml; give the whole path"):
        load_preset("looks/own.toml")
    _written(tmp_path, 'title = "Own"')
    with pytest.raises(ConfigError, match=r"do you mean own\.toml, which is here"):
        load_preset("own")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A picture renamed to .toml is told by its path."""
    (tmp_path / "own.toml").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ConfigError, match=r"own\.toml"):
        load_preset(str(tmp_path / "own.toml"))


def test_a_picture_that_is_no_text_is_named(tmp_path: Path) -> None:
    """A number where a file name belongs is a mistake like any other."""
    assert "background.image" in _wrong(tmp_path, "[background]\nimage = 5")


@pytest.mark.parametrize(
    "text", ["[engines.options.yunett]\nscore = 0.7", "[engines.options.yunet]\nscor = 0.7"]
)
def test_options_of_engines_are_checked_too(tmp_path: Path, text: str) -> None:
    """`catchlight preset check` must not call a preset right whose option does nothing or stops the first run."""
    assert "engines.options.yunet" in _wrong(tmp_path, text)


def test_a_wrong_option_is_told_in_one_line(tmp_path: Path) -> None:
    """As every other key: its full name, what is wrong, nothing of the library behind it."""
    message = _wrong(tmp_path, "[engines.options.yunet]\nscor = 0.7")
    assert "engines.options.yunet.scor" in message
    assert "pydantic" not in message


def test_a_wrong_option_stops_before_the_first_photo(models: ModelStore) -> None:
    """An option that an engine does not have is named by its full key when the engines warm up."""
    engines = Engines(options={"yunet": {"scor": 0.7}})
    preset = load_preset("house").model_copy(update={"engines": engines})
    with pytest.raises(ConfigError, match=r"engines\.options\.yunet\.scor"):
        Studio(preset, models).warm()


@pytest.mark.parametrize("text", ["eye_line = 0.02", "eye_line = 0.0", "head_low = 0.8\nhead_high = 0.5"])
def test_a_crop_that_no_head_fits_is_refused(tmp_path: Path, text: str) -> None:
    """Numbers that contradict each other are told when the preset is read, not by a crash at the first photo."""
    assert "crop" in _wrong(tmp_path, f"[crop]\n{text}")


def test_a_gradient_needs_its_second_colour(tmp_path: Path) -> None:
    """Half a gradient is a mistake, not a plain background."""
    assert "edge" in _wrong(tmp_path, '[background]\nkind = "gradient"\ncolour = "#ffffff"')


@settings(max_examples=60)
@given(st.floats(0.5, 0.8), st.floats(0.3, 0.5), st.floats(0, 0.05), st.floats(0.8, 2.1))
def test_every_sensible_crop_frames_every_head(
    head: float, eye_line: float, headroom: float, rise: float
) -> None:
    """A company may choose its own numbers: a frame comes out, finite, with the head in it."""
    crop = load_preset("house").crop.model_copy(
        update={
            "head": head,
            "eye_line": eye_line,
            "headroom": headroom,
            "head_low": head - 0.04,
            "head_high": head + 0.04,
        }
    )
    of = Head(500 - 100 * rise, 500, 600, 300, cut=False)
    frame = framing.fit(of, crop)
    assert frame.height > of.height
    assert frame.top <= of.crown + 1e-6
    assert frame.top + frame.height > of.chin


def test_one_engine_can_take_over_all_that_it_offers(tmp_path: Path) -> None:
    """--engine insightface finds, traces and compares faces; the matte stays as the preset has it."""
    job = Job(source=tmp_path, home=tmp_path, engine="insightface")
    engines = job.brand().engines
    assert [getattr(engines, name) for name in JOBS] == [
        "insightface",
        "insightface",
        "selfie",
        "insightface",
    ]
    assert Job(source=tmp_path, home=tmp_path, engine="studio").brand() == load_preset("house")
    with pytest.raises(ConfigError, match="no plug-in named 'studioo'"):
        Job(source=tmp_path, home=tmp_path, engine="studioo").brand()


def test_reading_a_preset_loads_nothing_heavy() -> None:
    """A command that only reads a preset answers at once: no model runtime, no Prefect, no tables."""
    code = (
        "import sys; from catchlight.config import load_preset, preset_names;"
        "[load_preset(name).digest() for name in preset_names()];"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PRESETS.parent
    )
    assert done.stdout.strip() == "[]"
