"""Presets: how a company looks. The only place that parses preset TOML."""

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from catchlight import plugins
from catchlight.caps import Rungs
from catchlight.cuts import Delivery
from catchlight.device import Device
from catchlight.errors import ConfigError
from catchlight.ground import Background, Share
from catchlight.ground import Section as _Section
from catchlight.preset_there import refuse_absent, refuse_painter
from catchlight.records import Rung
from catchlight.scenery import Generate
from catchlight.settings_file import checked, toml_in

Pattern = Literal["flat", "butterfly", "loop", "rembrandt"]
_EYES_TO_CHIN = 0.4  # of chin to crown, at least: hair included, it is half of it in most people
PRESETS = Path(__file__).parents[1] / "brand_presets"


class Crop(_Section):
    """Where the head sits: shares of the frame height (head, eye_line) and width (centre)."""

    aspect: float = Field(1.0, ge=0.5, le=2.0, description="width / height of the frame")
    head: float = Field(0.64, ge=0.5, le=0.8, description="chin to crown")
    head_low: float = Field(0.60, ge=0.4, le=0.8, description="smallest head when a photo needs room")
    head_high: float = Field(0.70, ge=0.4, le=0.9, description="largest head when a photo lacks shoulders")
    eye_line: Share = 0.44
    centre: Share = 0.5
    headroom: Share = Field(0.02, description="least room above the crown")
    circle: bool = Field(
        default=False, description="keep crown, ears and chin inside the circle of an avatar"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse numbers that no head can meet."""
        if not self.head_low <= self.head <= self.head_high:
            message = (
                f"head {self.head:g} has to lie between head_low {self.head_low:g} and head_high {self.head_high:g}; "
                "write them, too"
            )
            raise ValueError(message)
        if self.eye_line <= self.headroom:
            message = "eye_line must lie below headroom"
            raise ValueError(message)
        lowest = 1 - _EYES_TO_CHIN * self.head
        if self.eye_line > lowest:
            message = f"eye_line {self.eye_line:g} with head {self.head:g} leaves no room for the chin; at most {lowest:.2f}"
            raise ValueError(message)
        return self


class Light(_Section):
    """How the light falls, and how far exposure and white balance may move."""

    pattern: Pattern = Field("loop", description="flat, butterfly, loop or rembrandt")
    azimuth: float | None = Field(
        None, ge=-80, le=80, description="key light, degrees aside; > 0 from the picture's right"
    )
    elevation: float | None = Field(None, ge=-20, le=75, description="key light, degrees above the eyes")
    ratio: float | None = Field(
        None,
        ge=1,
        le=8,
        description="cheek towards the key : the other cheek; 2 is one stop. Nothing from a lamp in the middle",
    )
    exposure: float | None = Field(
        None, ge=-0.25, le=0, description="stops by which everybody whose light may change is exposed lower"
    )
    softness: Share = Field(0.5, description="size of the lamp: 0 is a bare bulb, 1 a large window")
    strength: Share = Field(0.8, description="how much of the way from the photo's light to the preset's")
    tolerance: float = Field(
        10.0, ge=0, le=90, description="degrees from the preset's light within which a photo keeps its own"
    )
    rim: Share = Field(0.0, description="light from behind along hair and shoulders, opposite the key")
    white_low: Share = Field(
        0.3, description="a photo in which nothing beside the face is brighter is under-exposed"
    )
    max_stops: float = Field(0.5, ge=0, le=1.5, description="exposure never moves further, either way")
    white_balance: Share = Field(1.0, description="share of a measured colour cast that is taken out")


class Engines(_Section):
    """Which engine does which job; file names in catchlight/engines."""

    faces: str = "yunet"
    landmarks: str = "facemesh"
    matte: str = "selfie"
    likeness: str = "face_pixels"
    enlarge: str = Field("", description="super-resolution for hair and clothes, never faces; empty: none")
    paint: str = Field("", description="paints what [generate] allows, never faces; empty: nobody")
    device: Device = Field("auto", description="where pictures are computed: auto, cpu or cuda")
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def replaced_by(self, name: str) -> "Engines":
        """Let engine ``name`` do every job that it offers; "" and "studio" leave everybody where they are."""
        if name in {"", "studio"}:
            return self
        jobs = plugins.load("catchlight.engines", name).FACTS.jobs
        return self.model_copy(update=dict.fromkeys(jobs, name))


class Limit(_Section):
    """A preset's own limits for one check; what is left out stays as the check has it."""

    low: float | None = None
    high: float | None = None
    outcome: Literal["note", "review", "retake"] | None = None


class Preset(_Section):
    """A brand preset."""

    name: str
    title: str
    description: str = ""
    rung: Rung = Field(Rung.RELIGHT, description="never change a photo further than this")
    rungs: Rungs = Field(default_factory=dict, description='the same for one country; "*" is every other')
    crop: Crop = Crop()
    background: Background = Background()
    light: Light = Light()
    delivery: Delivery = Delivery()
    engines: Engines = Engines()
    generate: Generate = Generate()
    checks: dict[str, Limit] = Field(default_factory=dict)

    @property
    def paints(self) -> bool:
        """Whether a painter may work for this preset."""
        return bool(self.engines.paint) and self.rung == Rung.GENERATE

    def digest(self) -> str:
        """Return a digest of what decides everybody's pixels or verdicts; ``rungs`` count person by person."""
        words = dict.fromkeys(("name", "title", "description"), ...)
        apart: Any = words | {"rungs": ..., "delivery": {"sizes", "crops"}}
        plain = self.model_dump(mode="json", exclude=apart)
        plain["background"] = self.background.content()
        if not self.paints:  # what a painter would be told decides nothing
            del plain["generate"], plain["engines"]["paint"]
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def preset_names() -> list[str]:
    """Return the presets that come with Catchlight."""
    return sorted(file.stem for file in PRESETS.glob("*.toml"))


def settled(name: str) -> str:
    """Return a preset's name so that it means the same from whichever folder it is read again."""
    return str(Path(name).resolve()) if name.endswith(".toml") else name


def load_preset(name: str) -> Preset:
    """Read a preset as it is now, by name or path of a TOML file; ConfigError names the key that is wrong."""
    path = Path(name) if name.endswith(".toml") else PRESETS / f"{name}.toml"
    try:
        raw = toml_in(path.read_bytes(), f"preset {path}")
    except FileNotFoundError as error:
        raise ConfigError(_absent(name, path)) from error
    except OSError as error:
        message = f"preset {path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    return _checked(path, raw)


def _absent(name: str, path: Path) -> str:
    """Return what is said of a preset that is not there: where it was looked for, or what there is."""
    known = ", ".join(preset_names())
    if name.endswith(".toml"):
        return f"preset {name!r}: there is no file {path.resolve()}; give the whole path of yours, or one of: {known}"
    here = f"; do you mean {name}.toml, which is here?" if name and Path(f"{name}.toml").is_file() else ""
    return f"preset {name!r}: no such preset; there are: {known}, or give a .toml file{here}"


def load_with(engine: str, name: str) -> Preset:
    """Read a preset in which one engine does every job that it offers ("": none does)."""
    preset = load_preset(name)
    preset = preset.model_copy(update={"engines": preset.engines.replaced_by(engine)})
    refuse_painter(Path(name), preset)
    return preset


def _checked(path: Path, raw: dict[str, Any]) -> Preset:
    if "name" in raw:
        message = f"preset {path}: name: a preset is called as its file is; take it out, or write it as title"
        raise ConfigError(message)
    _beside(path.parent, raw.get("background"), "image", "logo")
    preset = checked(Preset, {**raw, "name": path.stem}, f"preset {path}")
    refuse_absent(path, preset)
    return preset


def _beside(folder: Path, section: Any, key: str, inner: str = "") -> None:
    """Let a file name, in a section or in the one inside it, mean a file in the preset's folder."""
    if not isinstance(section, dict):
        return
    if isinstance(section.get(key), str):
        section[key] = str(folder / section[key])
    _beside(folder, section.get(inner), "file")
