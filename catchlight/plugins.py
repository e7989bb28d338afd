"""One rule for plug-ins: a module is a plug-in, its file name is its name, no list to edit."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from catchlight.errors import ConfigError


@cache
def names(folder: str) -> tuple[str, ...]:
    """Return the plug-ins of a package such as ``catchlight.checks``, sorted."""
    package = importlib.import_module(folder)
    found = (item.name for item in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def load(folder: str, name: str) -> ModuleType:
    """Import one plug-in, or raise :class:`ConfigError`: it lists what there is, or says what is wrong with the file."""
    if name not in names(folder):
        known = ", ".join(names(folder))
        message = f"{folder.rpartition('.')[2]}: no plug-in named {name!r}; there are: {known}"
        raise ConfigError(message)
    try:
        return importlib.import_module(f"{folder}.{name}")
    except (Exception, SystemExit) as error:
        message = f"{folder}: the plug-in {name!r} cannot be loaded ({type(error).__name__}: {error}); mend its file, or take it away"
        raise ConfigError(message) from error
