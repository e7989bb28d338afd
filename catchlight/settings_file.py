"""A file of settings in TOML: read into the shape that it must have, or refused by the key that is wrong."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from catchlight.errors import ConfigError
from catchlight.mistakes import mistakes

Shape = TypeVar("Shape", bound=BaseModel)


def read_settings(path: Path, shape: type[Shape]) -> Shape:
    """Return a file's settings; ConfigError names the file, and the key that is wrong."""
    return checked(shape, read_toml(path), str(path))


def settings_in(data: bytes, path: Path, shape: type[Shape]) -> Shape:
    """Return the settings in the bytes of the file at ``path``; ConfigError as for a file."""
    return checked(shape, _toml(data, path), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file says, as it is; ConfigError when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    return _toml(data, path)


def _toml(data: bytes, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))  # editors of Windows write a mark before it
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: not valid TOML: {error}"
        raise ConfigError(message) from error


def checked(
    shape: type[Shape], raw: object, where: str, above: str = "", besides: Sequence[str] = ()
) -> Shape:
    """Return settings in their shape; ConfigError begins with ``where`` and names each wrong key, after ``above``.

    ``besides`` are keys that may stand there, too, though the shape does not know them.
    """
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        message = f"{where}: {'; '.join(mistakes(error, shape, above, besides))}"
        raise ConfigError(message) from error
