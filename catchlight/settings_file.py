"""A file of settings in TOML: read into the shape that it must have, or refused by the key that is wrong."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from catchlight.errors import ConfigError
from catchlight.mistakes import mistakes

Shape = TypeVar("Shape", bound=BaseModel)


def read_settings(path: Path, shape: type[Shape]) -> Shape:
    """Return a file's settings; ConfigError names the file, and the key that is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    return settings_in(data, path, shape)


def settings_in(data: bytes, path: Path, shape: type[Shape]) -> Shape:
    """Return the settings in the bytes of the file at ``path``; ConfigError as for a file."""
    try:
        raw = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: not valid TOML: {error}"
        raise ConfigError(message) from error
    return checked(shape, raw, str(path))


def checked(shape: type[Shape], raw: object, where: str, above: str = "") -> Shape:
    """Return settings in their shape; ConfigError begins with ``where`` and names each wrong key, after ``above``."""
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        message = f"{where}: {'; '.join(mistakes(error, shape, above))}"
        raise ConfigError(message) from error
