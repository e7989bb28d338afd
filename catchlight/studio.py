"""The engines of a preset, loaded once and kept warm."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

from catchlight import plugins
from catchlight.anatomy import Enlarger, FaceFinder, Recogniser, Segmenter, Tracer
from catchlight.config import Engines, Preset
from catchlight.easel import Easel
from catchlight.errors import ConfigError
from catchlight.models import ModelStore
from catchlight.painting import Painter
from catchlight.remote_painter import RemotePainter
from catchlight.scenery import words_of
from catchlight.settings_file import checked

JOBS = ("faces", "landmarks", "matte", "likeness")
OPTIONAL = ("enlarge", "paint")  # jobs that a preset may leave to nobody
PIXELS = "face_pixels"  # the likeness engine that is no recogniser


def engine_settings(engines: Engines, name: str) -> Any:
    """Return an engine's settings from ``engines.options``; ConfigError names the key that is wrong."""
    engine = plugins.load("catchlight.engines", name)
    key = f"engines.options.{name}."
    settings = checked(engine.Settings, engines.options.get(name, {}), f"engine {name}", key)
    for need in engine.FACTS.needs:
        if not getattr(settings, need):
            told = engine.Settings.model_fields[need].description
            message = f"engine {name}: {key}{need} is not set: {told}; Catchlight brings none"
            raise ConfigError(message)
    return settings


def named(engines: Engines) -> list[str]:
    """Return the engines that do a job."""
    return sorted({getattr(engines, job) for job in (*JOBS, *OPTIONAL)} - {""})


def prove(engines: Engines, models: ModelStore) -> None:
    """Refuse engines whose settings are wrong, or whose files are not there or are others; nothing is loaded."""
    for name in named(engines):
        engine, settings = plugins.load("catchlight.engines", name), engine_settings(engines, name)
        if hasattr(engine, "prove"):
            engine.prove(settings)
    for name in model_digests(engines, models):
        models.verify(name)
    weight_digests(engines, models)


def model_digests(engines: Engines, models: ModelStore) -> dict[str, str]:
    """Return the sha256 of each model file that these engines load, by name, without loading any."""
    wanted = {
        model for name in named(engines) for model in plugins.load("catchlight.engines", name).FACTS.models
    }
    return {model: models.digest(model) for model in sorted(wanted)}


def weight_digests(engines: Engines, models: ModelStore) -> dict[str, str]:
    """Return the digests of weights that IT supplies as a sealed folder; ConfigError when they cannot be used."""
    module = plugins.load("catchlight.engines", engines.paint) if engines.paint else None
    if module is None or not hasattr(module, "digests"):
        return {}
    found: dict[str, str] = module.digests(engine_settings(engines, engines.paint), models)
    return found


def check_recogniser(name: str) -> None:
    """Refuse an engine that cannot tell people apart; ConfigError names those that can."""
    able = [one for one in plugins.names("catchlight.engines") if knows_people(one)]
    if name not in able:
        message = f"faces: {name!r} cannot tell people apart; there are: {', '.join(able)}"
        raise ConfigError(message)


def knows_people(name: str) -> bool:
    """Whether an engine compares faces by their geometry: a biometric check."""
    module = plugins.load("catchlight.engines", name)
    return "likeness" in module.FACTS.jobs and module.Engine.KNOWS_PEOPLE


class Studio:
    """One set of warm engines. Not shared between threads."""

    def __init__(self, preset: Preset, models: ModelStore, easels: Sequence[Easel] = ()) -> None:
        """Remember what to load; each engine is loaded when it is first needed.

        Where there are ``easels``, painters are not loaded but asked.
        """
        self.preset = preset
        self.models = models
        self.easels = easels
        self._loaded: dict[str, Any] = {}
        self._others: dict[str, Studio] = {}

    def of(self, preset: Preset) -> "Studio":
        """Return the studio for a preset: this one where the engines are the same, else one kept beside it."""
        if preset.engines == self.preset.engines:
            return self
        key = preset.engines.model_dump_json()
        if key not in self._others:
            self._others[key] = Studio(preset, self.models, self.easels)
        return self._others[key]

    def _engine(self, job: str) -> Any:
        name = getattr(self.preset.engines, job)
        if name not in self._loaded:
            settings = engine_settings(self.preset.engines, name)
            self._loaded[name] = plugins.load("catchlight.engines", name).Engine(settings, self.models)
        return self._loaded[name]

    @cached_property
    def finder(self) -> FaceFinder:
        """Finds faces."""
        return cast("FaceFinder", self._engine("faces"))

    @cached_property
    def tracer(self) -> Tracer:
        """Traces the anatomy of a face."""
        return cast("Tracer", self._engine("landmarks"))

    @cached_property
    def segmenter(self) -> Segmenter:
        """Separates people from what is behind them."""
        return cast("Segmenter", self._engine("matte"))

    @cached_property
    def recogniser(self) -> Recogniser:
        """Compares two pictures of one person."""
        return cast("Recogniser", self._engine("likeness"))

    @property
    def unrecognising(self) -> "Studio":
        """The same, but for an engine that compares faces by their geometry: pixels are compared instead."""
        engines = self.preset.engines.model_copy(update={"likeness": PIXELS})
        return self.of(self.preset.model_copy(update={"engines": engines}))

    @cached_property
    def enlarger(self) -> Enlarger | None:
        """Enlarges hair and clothes; None when the preset names no engine for it."""
        return cast("Enlarger", self._engine("enlarge")) if self.preset.engines.enlarge else None

    @cached_property
    def painter(self) -> Painter | None:
        """Paints what a photo lacks; None when the preset lets nobody paint."""
        if not self.preset.paints:
            return None
        if self.easels:
            return RemotePainter(self.easels, self.preset.engines)
        return cast("Painter", self._engine("paint"))

    def warm(self) -> None:
        """Load everything now, so that a missing or changed model file is told before the first photo."""
        for job in (*JOBS, "enlarge"):
            if getattr(self.preset.engines, job):
                self._engine(job)
        if self.painter:
            self.painter.warm(words_of(self.preset.generate))
