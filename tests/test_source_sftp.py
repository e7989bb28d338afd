"""A drop on an SFTP server as a source of a job, at a real OpenSSH server."""

import csv
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import paramiko  # type: ignore[import-untyped]
import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from catchlight.source import Source
from catchlight.source_memory import Memory
from catchlight.vault import Vault
from connectors import _sftp_drop, sftp
from connectors._sftp_wire import RefusedError, Wire
from flows.syncing import fetch_photos, list_people
from tests.sftp_server import SftpServer
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg


class DropWorld:
    """A folder of a server, with a list and a photo each; what makes it a whole drop is written last."""

    none = ("empty cell",)
    tells = True
    page = 3

    def __init__(self, server: SftpServer, patch: pytest.MonkeyPatch, **more: Any) -> None:
        """Begin with nobody."""
        self.server, self.more, self.people = server, {"ready": ".done", **more}, dict[str, dict[str, str]]()
        self.calls: list[str] = []
        self.failing: dict[What, tuple[Fault, int]] = {}
        self.folder = server.place / "srv" / "drop"
        (self.folder / "photos").mkdir(parents=True)
        self._watch(patch)

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Add a row and a file."""
        self.people[key] = values
        if picture:
            self.put(f"photos/{key}.jpg", picture)
        self.write()

    def without_photo(self, key: str, how: str) -> None:
        """Delete the file."""
        assert how == "empty cell"
        (self.folder / f"photos/{key}.jpg").unlink()

    def gone(self, key: str) -> None:
        """Delete row and file."""
        del self.people[key]
        (self.folder / f"photos/{key}.jpg").unlink(missing_ok=True)
        self.write()

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let listings or files fail, as the server says it or as the line breaks."""
        self.failing[what] = (fault, times)

    def open(self) -> Source:
        """Return the source."""
        return sftp.open_source(self.settings(), "drop")

    def settings(self, **changed: Any) -> sftp.SourceSettings:
        """Return settings as IT would write them."""
        reached = self.server.settings().model_dump(exclude={"root", "layout", "keep", "file_mode"})
        return sftp.SourceSettings(**{**reached, "folder": str(self.folder), **self.more, **changed})

    def put(self, file: str, data: bytes) -> Path:
        """Put a file there."""
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def write(self) -> None:
        """Write the list, and then that all is there."""
        out, names = StringIO(), ("given_name", "family_name", "email", "title")
        rows = csv.writer(out)
        rows.writerow(["id", *names])
        rows.writerows([key, *(v.get(name, "") for name in names)] for key, v in self.people.items())
        self.put("directory.csv", out.getvalue().encode("utf-8"))
        self.put(".done", b"")

    def _watch(self, patch: pytest.MonkeyPatch) -> None:
        names, read = Wire.names, Wire.read_file

        def seen_names(wire: Wire, path: str) -> Any:
            self._fault("list")
            return names(wire, path)

        def seen_read(wire: Wire, path: str) -> bytes:
            if "/photos/" not in path:
                return read(wire, path)
            self.calls.append(f"photo {path}")
            fault = self._fault("photo")
            return b"<html>Sign in</html>" if fault == "wrong_type" else read(wire, path)

        patch.setattr(Wire, "names", seen_names)
        patch.setattr(Wire, "read_file", seen_read)

    def _fault(self, what: What) -> str:
        fault, times = self.failing.get(what, ("500", 0))
        self.failing[what] = (fault, times - 1)
        if times <= 0:
            return ""
        if fault == "truncated":
            raise paramiko.SSHException("Server connection dropped")
        if fault == "slow":
            raise TimeoutError
        codes = {"403": errno.EACCES, "404": errno.ENOENT, "500": errno.EIO}
        if fault in codes:
            raise RefusedError(codes[fault], "Failure")
        return fault


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Try again at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def make(sshd: SftpServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DropWorld]:
    """Return what makes an empty drop."""
    return lambda **more: DropWorld(sshd, monkeypatch, **more)


class TestDrop(Contract):
    """The contract."""

    COUNTED = False
    FAULTS: ClassVar[frozenset[tuple[What, Fault]]] = frozenset({
        ("list", "403"), ("list", "404"), ("list", "500"), ("list", "truncated"),
        ("photo", "403"), ("photo", "404"), ("photo", "500"), ("photo", "truncated"), ("photo", "wrong_type"),
        ("list", "slow"), ("photo", "slow"),
    })  # fmt: skip

    @pytest.fixture
    def world(self, make: Callable[..., DropWorld]) -> DropWorld:
        """Return an empty drop."""
        return make()


def two(world: DropWorld) -> DropWorld:
    """Put two people into a drop."""
    world.person("1001", jpeg(1))
    world.person("1002", jpeg(2))
    return world


def waits(world: DropWorld) -> str:
    """Return what is said of a drop that is not read yet."""
    with closing(world.open()) as source, pytest.raises(OutsideError) as caught:
        list(source.pages(""))
    return str(caught.value)


def everything(folder: Path) -> set[str]:
    """Return all files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_a_drop_that_is_not_ready_is_not_read(make: Callable[..., DropWorld]) -> None:
    """What is waited for is said; the last file makes it a drop."""
    world = two(make())
    (world.folder / ".done").unlink()
    assert "waits for .done" in waits(world)
    assert "waits for .done" in sftp.probe_source(world.settings())[0]
    world.put(".done", b"")
    assert sftp.probe_source(world.settings()) == []
    (world.folder / "directory.csv").unlink()
    assert "waits for directory.csv or directory.xlsx" in waits(world)


@pytest.mark.parametrize("change", ["new", "grown", "touched", "gone"])
def test_without_a_last_file_nothing_may_change_for_a_while(
    make: Callable[..., DropWorld], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Two listings are compared: any file that came, grew, was written or went means that the upload goes on."""
    world = two(make(ready="", quiet_seconds=90))
    photo, waited = world.folder / "photos/1001.jpg", list[float]()

    def meanwhile(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 1:
            {
                "new": lambda: world.put("photos/1003.jpg", jpeg(3)),
                "grown": lambda: photo.write_bytes(photo.read_bytes() + b"more"),
                "touched": lambda: os.utime(photo, (1, 1)),
                "gone": photo.unlink,
            }[change]()

    monkeypatch.setattr(_sftp_drop, "sleep", meanwhile)
    assert "changed within 90 seconds" in waits(world)
    with closing(world.open()) as source:
        assert sum(len(page.entries) for page in source.pages("")) == 2
    assert waited == [90, 90]


def test_what_was_taken_is_moved_to_the_archive(make: Callable[..., DropWorld], tmp_path: Path) -> None:
    """Only once all of it is safely here; until the next drop, what was known stays, and the next one is read."""
    world = two(make())
    world.more["archive"] = str(world.server.place / "srv" / "archive")
    world.put("photos/notes.txt", b"mine")
    before, archive = synced(world, tmp_path / "sync"), Path(world.more["archive"])
    assert everything(world.folder) == set()
    (moved,) = archive.iterdir()
    assert everything(moved) == {
        ".done", "directory.csv", "photos/1001.jpg", "photos/1002.jpg", "photos/notes.txt",
    }  # fmt: skip
    assert synced(world, tmp_path / "sync") == before
    world.put("photos/1001.jpg", jpeg(3))  # the next drop begins
    assert synced(world, tmp_path / "sync") == before
    world.person("1001", jpeg(3), title="Promoted")
    del world.people["1002"]
    (world.folder / ".done").unlink()
    with pytest.raises(OutsideError, match=r"waits for \.done"):
        synced(world, tmp_path / "sync")
    world.write()
    found = synced(world, tmp_path / "sync")
    assert found.keys() == {"1001"}
    assert found["1001"].digest != before["1001"].digest
    assert len(list(archive.iterdir())) == 2


def test_a_drop_of_which_something_could_not_be_taken_stays(
    make: Callable[..., DropWorld], tmp_path: Path
) -> None:
    """It is there the next time, and then it is moved."""
    world = two(make())
    world.more["archive"] = str(world.server.place / "srv" / "archive")
    world.fail("photo", "500", 1000)
    synced(world, tmp_path / "sync")
    assert len(everything(world.folder)) == 4
    world.fail("photo", "500", 0)
    assert all(one.digest for one in synced(world, tmp_path / "sync").values())
    assert everything(world.folder) == set()


def test_photos_that_nobody_wanted_stay_for_the_next_list(
    make: Callable[..., DropWorld], tmp_path: Path
) -> None:
    """A job that leaves somebody out archives no photo of theirs; once it wants them, the next list brings it."""
    world = two(make())
    world.more["archive"] = str(world.server.place / "srv" / "archive")
    vault = Vault(tmp_path / "vault")
    for wanted in ({"1001"}, {"1001", "1002"}):
        with closing(Memory(tmp_path / "source.db")) as memory, closing(world.open()) as source:
            list_people(source, memory, 0.99)
            fetch_photos(source, memory, vault, wanted)
            had = {one.key for one in memory.people() if one.digest}
        assert had == wanted
        assert everything(world.folder) == {f"photos/{key}.jpg" for key in {"1001", "1002"} - wanted}
        world.put("photos/1001.jpg", jpeg(1))  # the next drop; the other photo lies there still
        world.write()


def test_a_drop_that_was_renewed_meanwhile_stays(make: Callable[..., DropWorld], tmp_path: Path) -> None:
    """A list that was written again while we read belongs to the next drop."""
    world = two(make())
    world.more["archive"] = str(world.server.place / "srv" / "archive")
    with closing(world.open()) as source:
        list(source.pages(""))
        list(source.photos([("1001", ""), ("1002", "")]))
        world.person("1003", jpeg(3))
        source.done({"1001", "1002"})
    assert len(everything(world.folder)) == 5
    del tmp_path


def test_an_archive_that_cannot_be_written_is_named(make: Callable[..., DropWorld], tmp_path: Path) -> None:
    """What was read is kept all the same, and the drop stays whole."""
    world = two(make())
    world.more["archive"] = str(world.folder.parent / "directory" / "archive")
    (world.folder.parent / "directory").write_text("a file is in the way")
    with pytest.raises(
        ConfigError, match=r"archive: the drop was taken, and could not be moved to .*archive"
    ):
        synced(world, tmp_path / "sync")
    assert len(everything(world.folder)) == 4


def test_links_and_odd_names_are_not_followed(make: Callable[..., DropWorld]) -> None:
    """A link to a file or a folder, a name that is no text, a pipe: none is read, and each is told."""
    world = two(make())
    outside = world.server.place / "outside"
    outside.mkdir()
    (outside / "1003.jpg").write_bytes(jpeg(3))
    world.people |= {"1003": {}, "1004": {}, "1005": {}}
    (world.folder / "photos/1003.jpg").symlink_to(outside / "1003.jpg")
    (world.folder / "more").symlink_to(outside)
    (world.folder / "photos" / os.fsdecode(b"1004\xff.jpg")).write_bytes(jpeg(4))
    os.mkfifo(world.folder / "photos/1005.jpg")
    world.write()
    with closing(world.open()) as source:
        (page,) = source.pages("")
    assert {one.key: one.photo is not None for one in page.entries} == {
        "1001": True, "1002": True, "1003": False, "1004": False, "1005": False,
    }  # fmt: skip
    told = " ".join(sftp.probe_source(world.settings()))
    assert "photos/1005.jpg is left out" in told
    assert "1004" in told


def test_a_file_that_becomes_a_link_after_the_list_is_not_read(make: Callable[..., DropWorld]) -> None:
    """Each step of the way is looked at again before a photo is read."""
    world = two(make())
    with closing(world.open()) as source:
        list(source.pages(""))
        (world.folder / "photos").rename(world.folder / "elsewhere")
        (world.folder / "photos").symlink_to(world.folder / "elsewhere")
        (got,) = source.photos([("1001", "")])
    assert got.problem
    assert got.problem.reason == "photo.missing"


@pytest.mark.parametrize("cell", ["../../outside.jpg", "/etc/passwd", "photos/../../x.jpg"])
def test_a_cell_that_leads_elsewhere_is_refused(make: Callable[..., DropWorld], cell: str) -> None:
    """Nothing outside the folder is asked for; the row is told."""
    world = two(make())
    world.put("directory.csv", f"id,photo\n1001,photos/1001.jpg\n1003,{cell}\n".encode())
    (told,) = [one for one in sftp.probe_source(world.settings()) if "1003" in one]
    assert "is refused" in told
    assert not [call for call in world.calls if "outside" in call or "passwd" in call]


@pytest.mark.parametrize(
    "bin_", ["photos/#recycle", "#recycle/photos", "photos/@eaDir/1001.jpg", "~snapshot/daily"]
)
def test_a_photo_that_was_deleted_is_not_read_where_a_file_server_keeps_it(
    make: Callable[..., DropWorld], bin_: str
) -> None:
    """A recycle bin, a snapshot and thumbnails are not the drop: whoever deleted their photo has none."""
    world = two(make())
    (world.folder / bin_).mkdir(parents=True)
    (world.folder / "photos/1001.jpg").rename(world.folder / bin_ / "1001.jpg")
    with closing(world.open()) as source:
        (page,) = source.pages("")
    assert {one.key: one.photo is not None for one in page.entries} == {"1001": False, "1002": True}
    assert any("there is no photo of '1001'" in sentence for sentence in sftp.probe_source(world.settings()))


@pytest.mark.parametrize("name", [b"../../etc/passwd", b"a/b.jpg", b"", b"a\0b", b"a\nb.jpg", b"\xff"])
def test_a_server_that_names_what_cannot_be_is_not_believed(
    make: Callable[..., DropWorld], monkeypatch: pytest.MonkeyPatch, name: bytes
) -> None:
    """A name is one step and plain text, or it is left out."""
    world, real = two(make()), Wire.names

    def names(wire: Wire, path: str) -> Any:
        found = real(wire, path)
        return [*found, (name, next(told for raw, told in found if raw.endswith((b".csv", b".jpg"))))]

    monkeypatch.setattr(Wire, "names", names)
    with closing(world.open()) as source:
        (page,) = source.pages("")
    assert len(page.entries) == 2
    assert any("is left out" in sentence for sentence in sftp.probe_source(world.settings()))


def test_a_photo_that_changes_while_the_drop_is_read_is_read_later(make: Callable[..., DropWorld]) -> None:
    """Half of an old and half of a new file is nobody's photo."""
    world = two(make())
    with closing(world.open()) as source:
        list(source.pages(""))
        world.put("photos/1001.jpg", jpeg(9) + b"longer")
        with pytest.raises(OutsideError, match="was changed while"):
            list(source.photos([("1001", "")]))


def test_empty_and_broken_files_are_problems_of_one_person(
    make: Callable[..., DropWorld], tmp_path: Path
) -> None:
    """Told in a sentence that says what to do."""
    world = two(make())
    world.person("1003", b"x")
    world.put("photos/1003.jpg", b"")
    world.person("1004", b"<html>")
    found = synced(world, tmp_path / "sync")
    assert "is empty" in found["1003"].note
    assert "not a picture" in found["1004"].note
    assert found["1001"].digest


def test_photos_that_are_all_missing_are_no_company_without_photos(
    make: Callable[..., DropWorld], tmp_path: Path
) -> None:
    """An upload that went wrong takes nobody's photo away."""
    world = two(make())
    before = synced(world, tmp_path / "sync")
    for key in world.people:
        world.without_photo(key, "empty cell")
    with pytest.raises(ConfigError, match="nobody has a photo"):
        synced(world, tmp_path / "sync")
    world.person("1001", jpeg(1))
    world.person("1002", jpeg(2))
    assert synced(world, tmp_path / "sync").keys() == before.keys()


def test_what_is_wrong_is_said_beforehand(make: Callable[..., DropWorld]) -> None:
    """An unknown host, no such folder, a list without an id: each in a sentence."""
    world = two(make())
    (told,) = sftp.probe_source(world.settings(folder="/srv/none"))
    assert "folder: there is no /srv/none" in told
    world.put("directory.csv", b"shoe size\n42\n")
    assert "no column is the id" in sftp.probe_source(world.settings())[0]
    (world.server.place / "known_hosts").write_text("", "utf-8")
    assert "known_hosts" in sftp.probe_source(world.settings())[0]
    with closing(world.open()) as source, pytest.raises(CatchlightError, match="known_hosts"):
        list(source.pages(""))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"folder": "/"}, "a full path"),
        ({"folder": "drop"}, "a full path"),
        ({"ready": "../.done"}, "the name of one file"),
        ({"archive": "relative"}, "a full path"),
        ({"photo_names": ("{shoe}",)}, "a file name with"),
        ({"layout": "plain"}, "layout"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    make: Callable[..., DropWorld], changed: dict[str, Any], told: str
) -> None:
    """Before anything is connected to."""
    world = make()
    with pytest.raises(ValidationError, match=told):
        world.settings(**changed)
    with pytest.raises(ValidationError, match="inside the folder"):
        world.settings(archive=f"{world.folder}/archive")
