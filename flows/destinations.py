"""From the name of a destination to a place that can be published to."""

from functools import partial
from pathlib import Path

from catchlight.place import Place
from catchlight.errors import ConfigError
from connectors import folder

_FOLDER = "folder:"


def folder_place(root: Path, home: Path) -> Place:
    """Return a folder as a destination; ConfigError when it is not there or lies in the home."""
    path = root.resolve()
    if not path.is_dir():
        message = f"destination {root}: no such folder; make it first (is the disk mounted?)"
        raise ConfigError(message)
    if path.is_relative_to(home.resolve()):
        message = f"destination {root}: lies inside the home {home}; choose a folder of its own"
        raise ConfigError(message)
    settings = folder.Settings(root=path)
    return Place(
        name=f"{_FOLDER}{path}",
        look=partial(folder.look, settings),
        put=partial(folder.put, settings),
        remove=partial(folder.remove, settings),
        tidy=partial(folder.tidy, settings),
    )


def place_named(name: str, home: Path) -> Place:
    """Return the place that a plan or a receipt names; ConfigError when it is none that is known."""
    if not name.startswith(_FOLDER):
        message = f"destination {name!r}: only folders are known, such as {_FOLDER}/srv/portraits"
        raise ConfigError(message)
    return folder_place(Path(name.removeprefix(_FOLDER)), home)
