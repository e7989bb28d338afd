"""Publishing over SFTP, to a real OpenSSH server: whole files, a pinned host, and nothing outside the folder."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from connectors import sftp
from tests.place_contract import keeps_the_contract, refuses_strange_targets
from tests.processes import family
from tests.sftp_server import SftpServer, sftp_server

LARGE = 40 << 20


def everything(folder: Path) -> list[str]:
    """Return all that lies below a folder, hidden or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def wait(ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize("layout", ["plain", "releases"])
def test_it_keeps_what_every_place_promises(sshd: SftpServer, layout: str) -> None:
    """Nothing is None, writing replaces, removing twice is as once, foreign names are refused, no trace stays."""
    place = sftp.open_place(sshd.settings(layout=layout), "sftp")
    keeps_the_contract(place, "96/a.jpg")
    refuses_strange_targets(place)
    refuses_strange_targets(
        place, ["96/.a.jpg.partial", "96/a.jpg.partial", ".ssh/x", "a b", "ä.jpg", "a/", "a\\b"]
    )
    place.put("large/a.jpg", bytes(5_000_001))
    assert place.look("large/a.jpg") == bytes(5_000_001)
    assert not [name for name in everything(sshd.place / "srv") if "partial" in name]


def test_a_server_without_extensions_is_enough_for_plain_files(tmp_path: Path, sshd: SftpServer) -> None:
    """Without posix-rename a file still is replaced; one killed between the two renames is found again."""
    del sshd
    with sftp_server(tmp_path / "old", "-P posix-rename,hardlink,copy-data,fsync,statvfs") as server:
        place = sftp.open_place(server.settings(), "sftp")
        keeps_the_contract(place, "96/a.jpg")
        place.put("96/a.jpg", b"old")
        (server.folder / "96/a.jpg").rename(server.folder / "96/.a.jpg.before")
        place.tidy("96/a.jpg")
        assert place.look("96/a.jpg") == b"old"
        releases = server.settings(layout="releases")
        assert "posix-rename" in sftp.probe(releases)[0]
        with pytest.raises(ConfigError, match="use plain"):
            sftp.open_place(releases, "sftp").put("96/a.jpg", b"new")


def test_many_threads_may_ask_at_once(sshd: SftpServer) -> None:
    """Planning looks from several threads; each gets its own file."""
    place = sftp.open_place(sshd.settings(), "sftp")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: place.put(f"96/{n}.jpg", b"%d" % n * 1000), range(40)))
        found = list(pool.map(lambda n: place.look(f"96/{n}.jpg"), range(40)))
    assert found == [b"%d" % n * 1000 for n in range(40)]


def test_a_link_in_the_way_is_refused(sshd: SftpServer) -> None:
    """Neither a linked folder nor a linked file is read, written or removed; what they lead to stays."""
    outside = sshd.place / "outside"
    outside.mkdir()
    (outside / "a.jpg").write_bytes(b"secret")
    (sshd.folder / "512").mkdir()
    (sshd.folder / "96").symlink_to(outside)
    (sshd.folder / "512" / "a.jpg").symlink_to(outside / "a.jpg")
    (sshd.folder / "folder.jpg").mkdir()
    place = sftp.open_place(sshd.settings(), "sftp")
    for target in ("96/a.jpg", "512/a.jpg", "folder.jpg"):
        refuses_strange_targets(place, [target])
    assert everything(outside) == ["a.jpg"]
    assert (outside / "a.jpg").read_bytes() == b"secret"


def test_killed_in_the_middle_of_a_file_leaves_no_half_picture(sshd: SftpServer) -> None:
    """The server dies while a file grows: under its name is the old one; after the start it goes on."""
    place = sftp.open_place(sshd.settings(), "sftp")
    place.put("96/a.jpg", b"old")
    partial = sshd.folder / "96/.a.jpg.partial"
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(place.put, "96/a.jpg", bytes(LARGE))
        wait(lambda: partial.is_file() and partial.stat().st_size > 1 << 20)
        sshd.kill()
        error = writing.exception()
    assert isinstance(error, OutsideError)
    assert (sshd.folder / "96/a.jpg").read_bytes() == b"old"
    assert 0 < partial.stat().st_size < LARGE
    sshd.start()
    place.tidy("96/a.jpg")
    assert place.look("96/a.jpg") == b"old"
    assert everything(sshd.folder) == ["96", "96/a.jpg"]
    place.put("96/a.jpg", b"new")
    assert place.look("96/a.jpg") == b"new"


def test_a_lost_connection_is_made_again(sshd: SftpServer) -> None:
    """A server that restarts while a file grows costs a second try, not the file."""
    place = sftp.open_place(sshd.settings(), "sftp")
    place.put("96/a.jpg", b"old")
    partial = sshd.folder / "96/.a.jpg.partial"
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(place.put, "96/a.jpg", bytes(LARGE))
        wait(lambda: partial.is_file() and partial.stat().st_size > 1 << 20)
        sshd.kill()
        sshd.start()
        writing.result()
    assert place.look("96/a.jpg") == bytes(LARGE)
    assert everything(sshd.folder) == ["96", "96/a.jpg"]


_PUBLISHER = """
import sys
from connectors import sftp
place = sftp.open_place(sftp.Settings.model_validate_json(sys.argv[1]), "sftp")
print("ready", flush=True)
place.put("96/a.jpg", bytes(int(sys.argv[2])))
"""


def test_a_publisher_that_is_killed_leaves_no_half_picture(sshd: SftpServer) -> None:
    """We die while a file grows: what is under its name is whole, and the next start clears the rest."""
    settings = sshd.settings()
    place = sftp.open_place(settings, "sftp")
    place.put("96/a.jpg", b"old")
    command = [sys.executable, "-c", _PUBLISHER, settings.model_dump_json(), str(LARGE)]
    partial = sshd.folder / "96/.a.jpg.partial"
    with subprocess.Popen(command, cwd=Path(__file__).parents[1]) as publisher:
        wait(lambda: partial.is_file() and partial.stat().st_size > 1 << 20)
        publisher.kill()
    assert place.look("96/a.jpg") == b"old"
    place.tidy("96/a.jpg")
    assert everything(sshd.folder) == ["96", "96/a.jpg"]


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk of its own can only be mounted by root")
def test_a_full_disk_keeps_the_old_file_and_is_told(tmp_path: Path, sshd: SftpServer) -> None:
    """No room: the old picture stays whole, the sentence says how much is left, and space freed is enough."""
    del sshd
    small = f'mount -t tmpfs -o size=1m small {tmp_path}/full/srv/portraits && exec "$0" "$@"'
    with sftp_server(tmp_path / "full", limits=["unshare", "-m", "sh", "-c", small]) as server:
        place = sftp.open_place(server.settings(), "sftp")
        place.put("96/a.jpg", bytes(600_000))
        with pytest.raises(OutsideError, match=r"the disk has \d+ KiB left"):
            place.put("96/a.jpg", bytes(600_001))
        assert place.look("96/a.jpg") == bytes(600_000)
        assert "MiB left" in sftp.probe(server.settings())[0]
        place.remove("96/a.jpg")
        place.put("96/a.jpg", bytes(600_001))
        assert place.look("96/a.jpg") == bytes(600_001)


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk that can only be read can only be mounted by root")
def test_a_read_only_disk_is_told(tmp_path: Path, sshd: SftpServer) -> None:
    """The probe sees it without writing; a write is refused, and nothing changes."""
    del sshd
    stiff = f'mount -t tmpfs -o ro stiff {tmp_path}/ro/srv/portraits && exec "$0" "$@"'
    with sftp_server(tmp_path / "ro", limits=["unshare", "-m", "sh", "-c", stiff]) as server:
        assert "only be read" in " ".join(sftp.probe(server.settings()))
        with pytest.raises(CatchlightError):
            sftp.open_place(server.settings(), "sftp").put("96/a.jpg", b"new")


def test_a_missing_folder_is_not_an_empty_one(sshd: SftpServer) -> None:
    """A disk that is not mounted must not look as if nobody had a picture."""
    for layout in ("plain", "releases"):
        settings = sshd.settings(root=f"{sshd.folder}/gone", layout=layout)
        place = sftp.open_place(settings, "sftp")
        for ask in (place.look, lambda target, place=place: place.put(target, b"new")):
            with pytest.raises(CatchlightError):
                ask("96/a.jpg")
        assert "gone" in sftp.probe(settings)[0]
    assert everything(sshd.folder) == []


def test_a_server_that_hangs_is_given_up(sshd: SftpServer) -> None:
    """Whoever accepts a call and then says nothing, or nothing that is SSH, is unwell; the limit holds."""
    place = sftp.open_place(sshd.settings(timeout=0.3), "sftp")
    place.put("96/a.jpg", b"old")
    assert sshd.process is not None
    for pid, _ in family(sshd.process.pid):
        os.kill(pid, signal.SIGSTOP)
    assert place.look("96/a.jpg") == b"old"  # on a new connection
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=_greet, args=(other,), daemon=True).start()
        with pytest.raises(OutsideError, match="no SFTP connection"):
            sftp.open_place(sshd.settings(port=other.getsockname()[1], timeout=0.3), "sftp").look("96/a.jpg")


def _greet(server: socket.socket) -> None:
    while True:
        try:
            line, _ = server.accept()
            line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        except OSError:
            return


def test_missing_rights_are_told(tmp_path: Path, sshd: SftpServer) -> None:
    """A file that may not be written is one refused picture, and for releases it is IT's matter."""
    del sshd
    with sftp_server(tmp_path / "reader", "-R") as server:
        with pytest.raises(PhotoError, match="has no right to"):
            sftp.open_place(server.settings(), "sftp").put("a.jpg", b"new")
        server.folder.chmod(0o555)
        assert "chmod" in sftp.probe(server.settings())[0]
        server.folder.chmod(0o755)
    denied = pytest.raises(ConfigError, match="no right to make releases")
    with sftp_server(tmp_path / "narrow", "-P mkdir") as server, denied:
        sftp.open_place(server.settings(layout="releases"), "sftp").put("a.jpg", b"new")
