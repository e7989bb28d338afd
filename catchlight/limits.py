"""Every check's limits under a preset, and what no preset may set."""

from catchlight import plugins
from catchlight.checks import Limits
from catchlight.config import Preset
from catchlight.errors import ConfigError


def limits(preset: Preset) -> dict[str, Limits]:
    """Return every check's limits by name: the check's, those that the preset implies, the preset's own."""
    found = {}
    for name in plugins.names("catchlight.checks"):
        check, own = plugins.load("catchlight.checks", name), preset.checks.get(name)
        follows = check.limits(preset) if hasattr(check, "limits") else {}  # what the preset itself implies
        changes = own.model_dump(exclude_none=True) if own else {}
        try:
            found[name] = check.Settings(**{**follows, **changes})
        except ValueError as error:
            message = f"preset {preset.name}: checks.{name}: {error}"
            raise ConfigError(message) from error
        if getattr(check, "NEVER_COUNTS", False):
            _refuse_to_count(preset, name, found[name])
        if getattr(check, "ALWAYS_COUNTS", False):
            _refuse_to_waive(preset, name, check.Settings(), found[name])
    return found


def _refuse_to_waive(preset: Preset, name: str, own: Limits, limit: Limits) -> None:
    """Hold presets to it: what a person has to look at cannot be waved through."""
    if limit.outcome == "note" or (limit.low, limit.high) != (own.low, own.high):
        message = (
            f"preset {preset.name}: checks.{name}: no preset can waive that a person looks; leave its limits as "
            f'they are, and let outcome be "review" or "retake"'
        )
        raise ConfigError(message)


def _refuse_to_count(preset: Preset, name: str, limit: Limits) -> None:
    """Hold presets to it: what says something of the person, not of the photo, changes no verdict."""
    key = "outcome" if limit.outcome != "note" else "outlier" if limit.outlier is not None else ""
    if key:
        title = plugins.load("catchlight.checks", name).TITLE
        message = (
            f"preset {preset.name}: checks.{name}.{key}: {title} says something of the person, not of the "
            'photo, and never counts; only outcome = "note" is accepted'
        )
        raise ConfigError(message)
