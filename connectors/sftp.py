"""An SFTP server: a drop of a list and photos to read, and a place to publish to.

What is published are files in place, or releases that are switched all at once.

The host key is pinned, we sign in with one key file or one password, and nothing outside the folder is
touched: names are our own, and a link in the way is refused.
"""

import stat
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from catchlight.errors import CatchlightError
from catchlight.place import Place, Takes
from connectors._safe_target import parts_of
from connectors._sftp_drop import SourceSettings, open_source, probe_source
from connectors._sftp_files import Files
from connectors._sftp_login import HostKey, pin
from connectors._sftp_releases import Releases
from connectors._sftp_server import CHANNELS, Server
from connectors._sftp_settings import Settings
from connectors._sftp_wire import LARGEST, POSIX_RENAME, READ_ONLY, STATVFS, RefusedError, Wire

__all__ = [
    "TAKES",
    "HostKey",
    "Settings",
    "SourceSettings",
    "open_place",
    "open_releases",
    "open_source",
    "pin",
    "probe",
    "probe_source",
]

TAKES = Takes(most_bytes=LARGEST, at_once=CHANNELS)
_LITTLE = 64 << 20
T = TypeVar("T")


def open_place(settings: Settings, name: str) -> Place:
    """Return the folder of a server as a place; it is connected to when it is first asked for something.

    With the layout ``releases`` nothing is seen by anybody until the place's ``finish``.
    """
    server = Server(settings)
    if settings.layout == "releases":
        releases = Releases(server)
        return Place(
            name, releases.look, releases.put, releases.remove, releases.tidy, TAKES,
            finish=releases.finish, bare=partial(_is_bare, server),
        )  # fmt: skip
    return Place(
        name,
        look=lambda target: _plainly(server, target, lambda files: files.read(target)),
        put=lambda target, data: _plainly(server, target, lambda files: files.write(target, data)),
        remove=lambda target: _plainly(server, target, lambda files: files.remove(target)),
        tidy=lambda target: _plainly(server, target, lambda files: files.tidy(target)),
        takes=TAKES,
        bare=partial(_is_bare, server),
    )


def open_releases(settings: Settings) -> Releases:
    """Return the releases of a server: what is shown, what waits, and the way back to an earlier one."""
    return Releases(Server(settings))


def probe(settings: Settings) -> list[str]:
    """Return what stands against publishing there, in sentences; nothing is changed.

    Whether we may write can only be read from the folder's mode: SFTP has no way to ask.
    """
    server = Server(settings)
    try:
        wrong = server.call(lambda wire: _wrong(wire, settings))
        return wrong or (_about(Releases(server), settings) if settings.layout == "releases" else [])
    except CatchlightError as error:
        return [str(error)]
    finally:
        server.close()


def _plainly(server: Server[Settings], target: str, work: Callable[[Files], T]) -> T:
    """Do something with the files in place."""
    parts_of(target)
    return server.call(lambda wire: work(Files(wire, server.settings.root, server.settings)))


def _is_bare(server: Server[Settings]) -> bool | None:
    """Whether nothing at all is in the folder, None where this account may not list it."""
    try:
        return not server.call(lambda wire: wire.listdir_attr(server.settings.root))
    except RefusedError:
        return None


def _wrong(wire: Wire, settings: Settings) -> list[str]:
    root, user = settings.root, settings.username
    try:
        mode = wire.stat(root).st_mode or 0
        room, flags = wire.room(root) if STATVFS in wire.extensions else (_LITTLE, 0)
    except RefusedError as error:
        return [f"root: {root} cannot be looked at by {user}: {error.strerror}"]
    checks = {
        f"root: {root} is no folder": not stat.S_ISDIR(mode),
        f"root: nobody may write in {root}; give {user} the right to: chmod u+wx": not mode & 0o222,
        f"root: the disk of {root} is mounted so that it can only be read": bool(flags & READ_ONLY),
        f"root: the disk of {root} has only {room >> 20} MiB left": room < _LITTLE,
        f"layout: the server offers no {POSIX_RENAME}, which releases need; use plain": (
            settings.layout == "releases" and POSIX_RENAME not in wire.extensions
        ),
    }
    return [sentence for sentence, wrong in checks.items() if wrong]


def _about(releases: Releases, settings: Settings) -> list[str]:
    waits, many = releases.under_way(), len(releases.whole())
    checks = {
        f"{settings.root}/next: release {waits} waits to be shown; publish again to go on with it": bool(
            waits
        ),
        f"{settings.root}/releases: {many} releases are there, {settings.keep} should be; the oldest could "
        "not be taken away": many > settings.keep + 1,
    }
    return [sentence for sentence, wrong in checks.items() if wrong]
