"""One rule for plug-ins: a module is a plug-in, its file name is its name, no list to edit.

An installed package of somebody else's adds folders of its own: entry points of the group ``catchlight`` that are called as in ``KINDS``.
Nothing of it takes the place of a plug-in that there is.
"""

import importlib
import logging
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from types import ModuleType

from pydantic import BaseModel

from catchlight.errors import ConfigError

GROUP = "catchlight"
KINDS = {"catchlight.checks": "checks", "catchlight.engines": "engines", "connectors": "connectors"}
"""The folders that others may add to, and what their entry points are called."""

_log = logging.getLogger("catchlight.plugins")
SETTLED = 'a class of {} with model_config = ConfigDict(extra="forbid")'


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of plug-ins: its package, the directories that it lies in, and whose it is ("" for ours)."""

    package: str
    places: tuple[str, ...]
    whose: str = ""


@cache
def names(folder: str) -> tuple[str, ...]:
    """Return the plug-ins of a package such as ``catchlight.checks``, those of others among them, sorted."""
    return tuple(sorted(_found(folder)))


@cache
def load(folder: str, name: str) -> ModuleType:
    """Import one plug-in, or raise :class:`ConfigError`: it lists what there is, or says what is wrong with the file."""
    where = _found(folder).get(name)
    if where is None:
        known = ", ".join(names(folder))
        message = f"{folder.rpartition('.')[2]}: no plug-in named {name!r}; there are: {known}"
        raise ConfigError(message)
    try:
        module = importlib.import_module(f"{where.package}.{name}")
        lacks = importlib.import_module(folder).lacks(module) if where.whose else ""
    except (Exception, SystemExit) as error:
        message = f"{folder}: the plug-in {name!r}{_of(where)} cannot be loaded ({type(error).__name__}: {error}); mend its file, or take it away"
        raise ConfigError(message) from error
    if lacks:
        message = f"{folder}: the plug-in {name!r}{_of(where)} {lacks}"
        raise ConfigError(message)
    return module


def offering(folder: str, *verbs: str) -> list[str]:
    """Return the plug-ins that have one of some verbs; somebody's that cannot be loaded is told in the log, and left out."""
    found = []
    for name in names(folder):
        try:
            module = load(folder, name)
        except ConfigError as error:
            if not whose(folder, name):
                raise
            _log.warning("%s", error)
            continue
        if any(hasattr(module, verb) for verb in verbs):
            found.append(name)
    return found


def whose(folder: str, name: str) -> str:
    """Return which installed package a plug-in is of, with its version; "" for ours, and for none."""
    where = _found(folder).get(name)
    return where.whose if where else ""


def described(folder: str, name: str) -> str:
    """Return a plug-in's name, and whose it is where it is not ours."""
    where = _found(folder).get(name)
    return f"{name}{_of(where)}" if where else name


def plug_in(module: str) -> str:
    """Return which plug-in a module is, such as "the check roll"; "" where it is none."""
    package, _, name = module.rpartition(".")
    for folder, kind in KINDS.items():
        where = _found(folder).get(name)
        if where and where.package == package:
            return f"the {kind.removesuffix('s')} {described(folder, name)}"
    return ""


def installed() -> dict[str, list[str]]:
    """Return what each installed package adds, such as ``checks.badge``, by the package and its version."""
    added: dict[str, list[str]] = {}
    for folder, kind in KINDS.items():
        for name in names(folder):
            if whose(folder, name):
                added.setdefault(whose(folder, name), []).append(f"{kind}.{name}")
    return added


def added() -> tuple[str, ...]:
    """Return the same in one line a package: what has to be alike on all machines of a run."""
    return tuple(f"{package}: {', '.join(names)}" for package, names in sorted(installed().items()))


@cache
def others(folder: str) -> tuple[Folder, ...]:
    """Return the folders that installed packages add to one of ours; ConfigError names a package that is wrong."""
    points = sorted(entry_points(group=GROUP), key=lambda point: (_whose(point), point.name))
    for point in points:
        if point.name not in KINDS.values():
            raise _refused(point, f"has a name that is none of {', '.join(KINDS.values())}")
    kind = KINDS.get(folder)
    return tuple(dict.fromkeys(_folder(point) for point in points if point.name == kind))


def settled(settings: object, kind: type[BaseModel]) -> bool:
    """Whether settings are of a kind and refuse a key that they do not know: a mistyped limit would hold nobody."""
    if not isinstance(settings, type) or not issubclass(settings, kind):
        return False
    return settings.model_config.get("extra") == "forbid"


def _folder(point: EntryPoint) -> Folder:
    try:
        spec = find_spec(point.value)
    except (Exception, SystemExit) as error:
        raise _refused(point, f"cannot be found ({type(error).__name__}: {error})") from error
    if spec is None or spec.submodule_search_locations is None:
        raise _refused(point, "is no package, a folder with __init__.py in which each file is a plug-in")
    return Folder(point.value, tuple(spec.submodule_search_locations), _whose(point))


@cache
def _found(folder: str) -> Mapping[str, Folder]:
    """Return the folder of each plug-in by its name. ConfigError where two have one name."""
    own = Folder(folder, tuple(importlib.import_module(folder).__path__))
    found: dict[str, Folder] = {}
    for where in (own, *others(folder)):
        for name in _listed(where.places):
            first = found.setdefault(name, where)
            if first is not where:
                message = (
                    f"{folder}: two plug-ins are named {name!r}: {first.package}.{name}{_of(first)} and "
                    f"{where.package}.{name}{_of(where)}; give the file of one another name"
                )
                raise ConfigError(message)
    return found


def _listed(places: Iterable[str]) -> list[str]:
    return [item.name for item in pkgutil.iter_modules(places) if not item.name.startswith("_")]


def _of(where: Folder) -> str:
    return f" of {where.whose}" if where.whose else ""


def _whose(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"


def _refused(point: EntryPoint, why: str) -> ConfigError:
    message = (
        f"{_whose(point)}: its entry point {point.name} = {point.value!r} of the group {GROUP} {why}; mend the package, "
        "or take it away with pip uninstall"
    )
    return ConfigError(message)
