"""Presets: how a company looks. The only place that parses preset TOML."""

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from catchlight import plugins
from catchlight.errors import ConfigError
from catchlight.records import Rung

Share = Annotated[float, Field(ge=0, le=1)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
PRESETS = Path(__file__).parents[1] / "brand_presets"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Crop(_Section):
    """Where the head sits: shares of the frame height (head, eye_line) and width (centre)."""

    aspect: float = Field(1.0, ge=0.5, le=2.0, description="width / height of the frame")
    head: float = Field(0.64, ge=0.5, le=0.8, description="chin to crown")
    head_low: float = Field(0.60, ge=0.4, le=0.8, description="smallest head when a photo needs room")
    head_high: float = Field(0.70, ge=0.4, le=0.9, description="largest head when a photo lacks shoulders")
    eye_line: Share = 0.44
    centre: Share = 0.5
    headroom: Share = Field(0.02, description="least room above the crown")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse numbers that no head can meet."""
        if not self.head_low <= self.head <= self.head_high:
            message = "head_low <= head <= head_high is needed"
            raise ValueError(message)
        if self.eye_line <= self.headroom:
            message = "eye_line must lie below headroom"
            raise ValueError(message)
        return self


class Background(_Section):
    """What is behind the person: one colour, a gradient of two, or a picture."""

    kind: Literal["solid", "gradient", "image"] = "solid"
    colour: Colour = "#e6e8eb"
    edge: Colour | None = Field(None, description="gradient: colour towards the edges")
    image: Path | None = Field(None, description="image: file, relative to the preset")
    blur: Share = Field(0.0, description="image: blur radius as a share of the frame height")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse a gradient of one colour."""
        if self.kind == "gradient" and self.edge is None:
            message = "edge: a gradient needs the colour towards the edges"
            raise ValueError(message)
        return self


class Light(_Section):
    """How far exposure and white balance may move, and where to."""

    white_low: Share = Field(
        0.3, description="a photo in which nothing beside the face is brighter is under-exposed"
    )
    max_stops: float = Field(0.5, ge=0, le=1.5, description="exposure never moves further, either way")
    white_balance: Share = Field(0.8, description="share of a measured colour cast that is taken out")


class Delivery(_Section):
    """Sizes (pixels of the frame height) that publishing writes."""

    master: int = Field(2048, ge=256, le=7680)
    sizes: tuple[int, ...] = (2048, 1024, 648, 512, 400, 192, 96)


class Engines(_Section):
    """Which engine does which job; file names in catchlight/engines."""

    faces: str = "yunet"
    landmarks: str = "facemesh"
    matte: str = "selfie"
    likeness: str = "face_pixels"
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def replaced_by(self, name: str) -> "Engines":
        """Let engine ``name`` do every job that it offers."""
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
    crop: Crop = Crop()
    background: Background = Background()
    light: Light = Light()
    delivery: Delivery = Delivery()
    engines: Engines = Engines()
    checks: dict[str, Limit] = Field(default_factory=dict)

    def digest(self) -> str:
        """Return a digest of everything that decides pixels or verdicts."""
        plain = self.model_dump(
            mode="json", exclude={"title": True, "description": True, "delivery": {"sizes"}}
        )
        picture = self.background.image
        plain["background"]["image"] = ""  # what is in it counts, not where it lies
        plain["image"] = hashlib.sha256(picture.read_bytes()).hexdigest() if picture else ""
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def preset_names() -> list[str]:
    """Return the presets that come with Catchlight."""
    return sorted(file.stem for file in PRESETS.glob("*.toml"))


@cache
def load_preset(name: str) -> Preset:
    """Read a preset by name or by the path of a TOML file; ConfigError names the key that is wrong."""
    path = Path(name) if name.endswith(".toml") else PRESETS / f"{name}.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = (
            f"preset {name!r}: no such preset; there are: {', '.join(preset_names())}, or give a .toml file"
        )
        raise ConfigError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"preset {path}: not valid TOML: {error}"
        raise ConfigError(message) from error
    return _checked(path, raw)


def _checked(path: Path, raw: dict[str, Any]) -> Preset:
    background = raw.get("background", {})
    if isinstance(background, dict) and isinstance(background.get("image"), str):
        background["image"] = str(path.parent / background["image"])
    try:
        preset = Preset.model_validate({"name": path.stem, **raw})
    except ValidationError as error:
        message = f"preset {path}: {_problems(error)}"
        raise ConfigError(message) from error
    _known(path, preset)
    return preset


def _problems(error: ValidationError, under: str = "") -> str:
    return "; ".join(f"{under}{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())


def _known(path: Path, preset: Preset) -> None:
    """Refuse checks, engines and pictures that do not exist."""
    unknown = set(preset.checks) - set(plugins.names("catchlight.checks"))
    if unknown:
        message = f"preset {path}: checks.{min(unknown)}: no such check; there are: " + ", ".join(
            plugins.names("catchlight.checks")
        )
        raise ConfigError(message)
    engines = preset.engines
    for job in ("faces", "landmarks", "matte", "likeness"):
        if job not in plugins.load("catchlight.engines", getattr(engines, job)).FACTS.jobs:
            message = f"preset {path}: engines.{job}: {getattr(engines, job)!r} does not do this job"
            raise ConfigError(message)
    for name, options in engines.options.items():
        if name not in plugins.names("catchlight.engines"):
            message = f"preset {path}: engines.options.{name}: no such engine; there are: " + ", ".join(
                plugins.names("catchlight.engines")
            )
            raise ConfigError(message)
        try:
            plugins.load("catchlight.engines", name).Settings.model_validate(options)
        except ValidationError as error:
            message = f"preset {path}: {_problems(error, f'engines.options.{name}.')}"
            raise ConfigError(message) from error
    image = preset.background.image
    if (preset.background.kind == "image") != bool(image) or (image and not image.is_file()):
        message = f'preset {path}: background.image: name a picture file beside the preset (kind = "image")'
        raise ConfigError(message)


class Job(_Section):
    """What to refresh: the same for the command line, a schedule and a form."""

    source: Path = Field(description="folder with directory.csv and photos/")
    home: Path = Field(description="folder for everything that Catchlight keeps")
    preset: str = "house"
    engine: str = Field("", description="engine that does every job it offers")
    only: tuple[str, ...] = Field((), description="employee ids; empty for everyone")
    workers: int = Field(0, ge=0, description="processes; 0 for one a core")
    shard_size: int = Field(50, ge=1, le=5000, description="people a shard")
    models: Path | None = None
    allow_noncommercial: bool = False

    def brand(self) -> Preset:
        """Return the preset with this job's engine."""
        preset = load_preset(self.preset)
        if not self.engine or self.engine == "studio":
            return preset
        return preset.model_copy(update={"engines": preset.engines.replaced_by(self.engine)})
