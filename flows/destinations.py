"""From the name of a destination to a place that can be published to.

A destination is a folder, or one that ``destinations.toml`` in the home folder names: a table each,
``kind`` is the connector, the rest are its settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from catchlight import plugins
from catchlight.errors import ConfigError
from catchlight.place import FILES, Place, Purpose, Takes
from catchlight.settings_file import checked, read_toml
from connectors import folder
from connectors._pace import share
from flows import people_wall, plugged
from flows.signing import Signing

FILE = "destinations.toml"
_FOLDER = "folder:"
_TAKING = ("open_place", "allowed")
_OF_ALL_KINDS = ("kind", "sizes", "consent", "wall", "signatures", "disclosure")


@dataclass(frozen=True, slots=True)
class Destination:
    """One table of ``destinations.toml``: its name, its connector, the sizes that it gets, the checked settings.

    ``consent`` is what the place is for, where its kind says something else ("" where it does not), ``wall`` the people
    wall that stands beside the portraits, ``signatures`` what comes there instead of portraits, ``disclosure`` whether people are
    told there that a picture was edited (None: as publish.toml says).
    """

    name: str
    kind: str
    sizes: tuple[str, ...]
    settings: Any
    consent: Purpose | Literal[""] = ""
    wall: people_wall.Settings | None = None
    signatures: Signing | None = None
    disclosure: bool | None = None

    @property
    def purpose(self) -> Purpose:
        """What portraits are shown for there."""
        if self.consent:
            return self.consent
        return "email_signature" if self.signatures else takes_of(self.kind).consent

    @property
    def place(self) -> str:
        """What plans and receipts call it."""
        return _called(self.settings.root) if self.kind == "folder" else f"{self.kind}:{self.name}"

    @property
    def by_themselves(self) -> bool:
        """Whether people publish there themselves, from their own page."""
        return sets_own(self.kind)

    def open(self) -> Place:
        """Return the place; nothing is asked of it yet. ConfigError where people publish themselves."""
        if self.by_themselves:
            message = (
                f"destination {self.name}: people put their portrait there themselves, from their own page"
            )
            raise ConfigError(message)
        place = self._opened()
        place = replace(place, takes=replace(place.takes, consent=self.purpose), discloses=self.disclosure)
        place = _with_wall(place, self.wall)
        if self.signatures:
            place = replace(place, makes=self.signatures.html if place.accounts else self.signatures.files)
        return place

    def _opened(self) -> Place:
        if self.kind == "folder":
            return _folder(_there(self.settings))
        with plugged.blamed(self._who):
            place: Place = plugins.load("connectors", self.kind).open_place(self.settings, self.place)
        place = plugged.place(self._who, self.place, place)
        return plugged.of_others(place) if plugins.whose("connectors", self.kind) else place

    @property
    def _who(self) -> str:
        return f"destination {self.name} ({plugins.described('connectors', self.kind)})"

    def probe(self) -> list[str]:
        """Return what stands against publishing there, in sentences; nothing is changed."""
        if self.kind == "folder":
            return [] if self.settings.root.is_dir() else [f"{self.settings.root}: no such folder"]
        return plugged.proved(self._who, lambda: plugins.load("connectors", self.kind).probe(self.settings))


def kinds() -> list[str]:
    """Return the connectors that can be published to."""
    return sorted({"folder", *plugins.offering("connectors", *_TAKING)})


def _takes_portraits(kind: str) -> bool:
    if kind not in plugins.names("connectors"):
        return False
    module = plugins.load("connectors", kind)
    return kind == "folder" or any(hasattr(module, verb) for verb in _TAKING)


def destinations(home: Path) -> dict[str, Destination]:
    """Return the destinations that a home folder names; ConfigError names the key that is wrong."""
    path = home / FILE
    if not path.is_file():
        return {}
    found = {name: _checked(path, name, table) for name, table in read_toml(path).items()}
    names: dict[str, str] = {}
    for name, one in found.items():
        other = names.setdefault(one.place, name)
        if other != name:
            message = f"{path}: {other} and {name} are one place, {one.place}; let one table name it"
            raise ConfigError(message)
    return found


def takes_of(kind: str) -> Takes:
    """Return what a kind of place takes; what folders do, where there is no such kind any more."""
    known = kind in plugins.names("connectors")
    takes: Takes = getattr(plugins.load("connectors", kind), "TAKES", FILES) if known else FILES
    return takes


def sets_own(kind: str) -> bool:
    """Whether people publish at a kind of place themselves, from their own page."""
    return kind in plugins.names("connectors") and hasattr(plugins.load("connectors", kind), "allowed")


def kind_of(place: str) -> str:
    """Return the connector of what plans and receipts call a place."""
    return place.partition(":")[0]


def _signing(path: Path, name: str, kind: str, table: Mapping[str, Any]) -> Signing | None:
    """Return what makes a destination's signatures, None for one of portraits."""
    folder = table.get("signatures")
    if folder:
        return Signing(path.parent, path.parent / str(folder))
    if takes_of(kind).brings == "signature":
        message = f"{path}: {name}.signatures: {kind} takes signatures; name the folder with signature.toml"
        raise ConfigError(message)
    return None


def _checked(path: Path, name: str, table: object) -> Destination:
    if not isinstance(table, dict):
        message = f"{path}: {name}: not a table; write [{name}] and its settings below"
        raise ConfigError(message)
    rest = {key: value for key, value in table.items() if key not in _OF_ALL_KINDS}
    kind, sizes, consent = str(table.get("kind", "")), table.get("sizes", []), table.get("consent", "")
    if not _takes_portraits(kind):
        message = f"{path}: {name}.kind: {kind!r} is none of {', '.join(kinds())}"
        raise ConfigError(message)
    of_others = bool(plugins.whose("connectors", kind))  # what a place is for is not for its code to say
    if consent not in {*([] if of_others else [""]), *get_args(Purpose)}:
        told = f"{consent!r} is none of" if consent else "missing; it says what the place is for:"
        message = f"{path}: {name}.consent: {told} {', '.join(get_args(Purpose))}"
        raise ConfigError(message)
    disclosure = table.get("disclosure")
    if not isinstance(disclosure, bool | None):
        message = f"{path}: {name}.disclosure: {disclosure!r} is neither true nor false"
        raise ConfigError(message)
    settings = checked(plugins.load("connectors", kind).Settings, rest, str(path), f"{name}.", _OF_ALL_KINDS)
    wall = (
        checked(people_wall.Settings, table["wall"], str(path), f"{name}.wall.") if "wall" in table else None
    )
    return Destination(
        name,
        kind,
        tuple(map(str, sizes)),
        settings,
        consent,
        wall,
        _signing(path, name, kind, table),
        disclosure,
    )


def folder_place(root: Path, home: Path) -> Place:
    """Return a folder as a destination; ConfigError when it is not there or lies in the home."""
    settings = _there(folder.Settings(root=root.resolve()))
    if settings.root.is_relative_to(home.resolve()):
        message = f"destination {root}: lies inside the home {home}; choose a folder of its own"
        raise ConfigError(message)
    return _with_wall(_folder(settings), None)


def _with_wall(place: Place, wall: people_wall.Settings | None) -> Place:
    """Let a place of files keep its people wall true; one that no table asks for any more goes."""
    return place if place.accounts else replace(place, besides=partial(people_wall.update, wall))


def _there(settings: folder.Settings) -> folder.Settings:
    if not settings.root.is_dir():
        message = f"destination {settings.root}: no such folder; make it first (is the disk mounted?)"
        raise ConfigError(message)
    return settings


def _folder(settings: folder.Settings) -> Place:
    return folder.open_place(settings, _called(settings.root))


def _called(root: Path) -> str:
    return f"{_FOLDER}{root.resolve()}"


def folder_of(place: str) -> Path | None:
    """Return the folder that plans and receipts call a place, None where it is something else."""
    return Path(place.removeprefix(_FOLDER)) if is_folder(place) else None


def is_folder(place: str) -> bool:
    """Whether what plans and receipts call a place is a folder."""
    return place.startswith(_FOLDER)


def sizes_of(name: str, home: Path) -> tuple[str, ...]:
    """Return the sizes that ``destinations.toml`` asks for a destination, () where it does not say."""
    found = (one for one in destinations(home).values() if name in {one.name, f"{one.kind}:{one.name}"})
    return next((one.sizes for one in found), ())


def place_named(name: str, home: Path) -> Place:
    """Return the place that a person, a plan or a receipt names: a folder, or one of ``destinations.toml``.

    Raises ConfigError that lists those there are.
    """
    share(home / "pace")
    known = destinations(home)
    for destination in known.values():
        if name in {destination.name, f"{destination.kind}:{destination.name}"}:
            return destination.open()
    path = Path(name.removeprefix(_FOLDER))
    for destination in known.values():  # plans and receipts call a folder by its path, whatever it is for
        if destination.place == _called(path):
            return destination.open()
    if name.startswith(_FOLDER) or path.is_dir() or len(path.parts) > 1:
        return folder_place(path, home)
    there = ", ".join(known) or "none"
    message = f"destination {name!r}: neither a folder nor named in {home / FILE}; there are: {there}"
    raise ConfigError(message)
