"""Places on this machine, by real servers, beside the vendors' stand-ins: a folder, OpenSSH, nginx's WebDAV, OpenLDAP.

They keep bytes and have no faults of their own: they are for kills. What took effect is counted where a server writes it
down (WebDAV's access log, OpenLDAP's log of changes).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from catchlight.place import Place
from connectors import folder, ldap, scim, sftp, webdav
from flows.destinations import folder_place
from tests.ldap_server import BASE, PASSWORD, WRITER, ldap_server
from tests.publishing_worlds import Factory, World, old_picture
from tests.scim_server import TOKEN, scim_server
from tests.sftp_server import sftp_server
from tests.webdav_server import webdav_server


class Logged(Counter[str]):
    """What a server's log says took effect: emptied, the log is read from its end."""

    def __init__(self, log: Path, line: re.Pattern[str]) -> None:
        """Count what is written from now on; the first group of a line is the target."""
        super().__init__()
        self._log, self._line, self._from = log, line, 0
        self.clear()

    def now(self) -> "Logged":
        """Return itself, up to date."""
        super().clear()
        self.update(self._line.findall(self._log.read_text("utf-8")[self._from :]))
        return self

    def clear(self) -> None:
        """Begin anew."""
        super().clear()
        self._from = len(self._log.read_text("utf-8")) if self._log.exists() else 0


def _world(
    place: Place,
    settings: BaseModel,
    shown: Callable[[str], bytes | None],
    before: dict[str, bytes],
    writes: Callable[[], Counter[str]] = Counter,
) -> World:
    return World(
        place.name.partition(":")[0], place, shown, writes, list, lambda _: None, lambda _: None, before, settings
    )  # fmt: skip


def _files(root: Path) -> Callable[[str], bytes | None]:
    return lambda target: (root / target).read_bytes() if (root / target).is_file() else None


def _fill(root: Path, ids: Sequence[str]) -> dict[str, bytes]:
    """Put old pictures of every second person below a folder; return them by target."""
    (root / "96").mkdir()
    before = {f"96/{id_}.jpg": old_picture(id_) for id_ in ids[1::2]}
    for target, picture in before.items():
        (root / target).write_bytes(picture)
    return before


@contextmanager
def folder_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return a folder."""
    out = root / "intranet"
    out.mkdir()
    before = _fill(out, ids)
    yield _world(folder_place(out, root / "nowhere"), folder.Settings(root=out), _files(out), before)


@contextmanager
def sftp_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return a folder behind OpenSSH, written file by file."""
    with sftp_server(root / "sshd") as server:
        before, made = _fill(server.folder, ids), server.settings()
        yield _world(sftp.open_place(made, "sftp:files"), made, _files(server.folder), before)


@contextmanager
def releases_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return a folder behind OpenSSH that shows a publication all at once."""
    del ids  # nothing is there before the first release
    with sftp_server(root / "sshd") as server:
        made = server.settings(layout="releases")
        place = sftp.open_place(made, "sftp:releases")
        yield _world(place, made, _files(server.folder / "current"), {})


@contextmanager
def webdav_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return a folder behind nginx."""
    with webdav_server(root / "nginx") as server:
        before, made = _fill(server.folder, ids), server.settings()
        moved = Logged(
            root / "nginx" / "access.log", re.compile(r'"MOVE /photos/(\S+)\.partial HTTP/1.1" 20')
        )
        place = webdav.open_place(made, "webdav:files")
        yield _world(place, made, _files(server.folder), before, moved.now)


@contextmanager
def ldap_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return OpenLDAP, where every second person has a picture."""
    with ldap_server(log=True) as server:
        password = root / "ldap-password"
        password.touch(0o600)
        password.write_text(PASSWORD)
        olds = {id_: old_picture(id_) for id_ in ids[1::2]}
        whose = {
            server.add(
                id_, mail=f"{id_}@example.org", **({"jpegPhoto": olds[id_]} if id_ in olds else {})
            ): id_
            for id_ in ids
        }
        made = ldap.Settings(
            url=server.url, bind_dn=WRITER, password_file=password, base_dn=BASE, key="entryUUID",
            filter="(objectClass=inetOrgPerson)", attribute="jpegPhoto",
        )  # fmt: skip
        changed = Logged(
            server.folder / "changes.ldif",
            re.compile(r"^dn: cn=(\S+?),.*\nchangetype: modify\nreplace: jpegPhoto", re.MULTILINE),
        )
        yield _world(
            ldap.open_place(made, "ldap:directory"), made,
            lambda target: next(iter(server.values(whose[target], "jpegPhoto")), None),
            {target: olds[id_] for target, id_ in whose.items() if id_ in olds}, changed.now,
        )  # fmt: skip


@contextmanager
def scim_world(root: Path, ids: Sequence[str]) -> Iterator[World]:
    """Return scim2-server, where nobody has a picture."""
    with scim_server() as server:
        token = root / "scim-token"
        token.touch(0o600)
        token.write_text(TOKEN)
        for id_ in ids:
            server.add(f"{id_}@example.org", emails=[{"value": f"{id_}@example.org", "primary": True}])
        made = scim.Settings(url=server.url, token_file=token)
        place = scim.open_place(made, "scim:directory")
        yield _world(place, made, place.look, {}, lambda: Counter(path for _, path in server.writes()))


SERVERS: dict[str, Factory] = {
    "folder": folder_world,
    "sftp": sftp_world,
    "releases": releases_world,
    "webdav": webdav_world,
    "ldap": ldap_world,
}
