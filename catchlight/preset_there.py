"""What a preset names has to be there: checks, engines that do the job, pictures, and a painter that may work."""

from pathlib import Path
from typing import TYPE_CHECKING

from catchlight import plugins
from catchlight.errors import ConfigError
from catchlight.ground import Background
from catchlight.records import Rung
from catchlight.scenery import Generate
from catchlight.settings_file import checked

if TYPE_CHECKING:
    from catchlight.config import Engines, Preset


def refuse_absent(path: Path, preset: "Preset") -> None:
    """Raise ConfigError for checks, engines and pictures that do not exist."""
    for name in sorted(preset.checks):
        _listed("catchlight.checks", name, f"preset {path}: checks.{name}: no such check")
    _able(path, preset.engines)
    for name, options in preset.engines.options.items():
        _listed("catchlight.engines", name, f"preset {path}: engines.options.{name}: no such engine")
        model = plugins.load("catchlight.engines", name).Settings
        checked(model, options, f"preset {path}", f"engines.options.{name}.")
    _there(path, preset.background)
    refuse_painter(path, preset)


def _listed(folder: str, name: str, why: str) -> None:
    """Refuse a name that no plug-in of a folder has."""
    there = plugins.names(folder)
    if name not in there:
        message = f"{why}; there are: {', '.join(there)}"
        raise ConfigError(message)


def _able(path: Path, engines: "Engines") -> None:
    """Refuse an engine that does not do the job that it is named for."""
    optional = [job for job in ("enlarge", "paint") if getattr(engines, job)]
    for job in ("faces", "landmarks", "matte", "likeness", *optional):
        name = getattr(engines, job)
        if job not in plugins.load("catchlight.engines", name).FACTS.jobs:
            message = f"preset {path}: engines.{job}: {name!r} does not do this job"
            raise ConfigError(message)


def refuse_painter(path: Path, preset: "Preset") -> None:
    """Raise ConfigError for a painter that may never work, and choices that nobody paints."""
    if preset.engines.paint and preset.rung != Rung.GENERATE:
        message = f'preset {path}: engines.paint: rung = "{preset.rung}" forbids painting; set rung = "generate", or leave paint out'
        raise ConfigError(message)
    if preset.generate != Generate() and not preset.engines.paint:
        message = (
            f'preset {path}: generate: nobody paints; name an engine in engines.paint, such as "diffusion"'
        )
        raise ConfigError(message)


def _there(path: Path, background: Background) -> None:
    """Refuse pictures that are not there, and a picture that nothing shows."""
    files = background.files()
    if (background.kind == "image") != ("image" in files):
        message = f'preset {path}: background.image: name a picture file beside the preset (kind = "image")'
        raise ConfigError(message)
    for key, file in files.items():
        if not file.is_file():
            message = f"preset {path}: background.{key}: {file} is no file; name one beside the preset"
            raise ConfigError(message)
