"""Publishing over WebDAV, to a real nginx: whole files, every refusal in words, and no other call than ours."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from catchlight import published_list, publishing
from catchlight.desk import open_desk
from catchlight.drift import find_drift
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.publish_planning import draw
from catchlight.rollback import rollback
from connectors import webdav as dav
from connectors.webdav import Settings
from tests.place_contract import keeps_the_contract, refuses_strange_targets
from tests.published_company import SIZES, codes, make_company
from tests.webdav_server import PASSWORD, WebdavServer, webdav_server


def everything(folder: Path) -> list[str]:
    """Return all that lies below a folder, hidden or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_it_keeps_what_every_place_promises(webdav: WebdavServer) -> None:
    """Nothing is None, writing replaces, removing twice is as once, foreign names are refused, no trace stays."""
    place = dav.open_place(webdav.settings(), "webdav")
    keeps_the_contract(place, "192@2x/a.jpg")
    refuses_strange_targets(place)
    asked = len(webdav.asked())
    refuses_strange_targets(place, ["96/.htaccess", "96/a.jpg.partial", "a b", "ä.jpg", "a/", "a\\b", "a//b"])
    assert len(webdav.asked()) == asked
    place.put("large/a.jpg", bytes(5_000_001))
    assert place.look("large/a.jpg") == bytes(5_000_001)
    assert everything(webdav.folder) == ["192@2x", "large", "large/a.jpg"]
    assert {line.split()[0] for line in webdav.asked()} <= {
        "GET",
        "PUT",
        "MOVE",
        "MKCOL",
        "DELETE",
        "PROPFIND",
    }


def test_a_folder_under_the_name_is_not_removed(webdav: WebdavServer) -> None:
    """A folder that somebody made where a file belongs stays with all that is in it."""
    (webdav.folder / "a.jpg").mkdir()
    (webdav.folder / "a.jpg" / "theirs").write_bytes(b"theirs")
    place = dav.open_place(webdav.settings(), "webdav")
    for ask in (place.look, place.remove, lambda target: place.put(target, b"new")):
        with pytest.raises(CatchlightError):
            ask("a.jpg")
    assert (webdav.folder / "a.jpg" / "theirs").read_bytes() == b"theirs"


def test_the_probe_changes_nothing(webdav: WebdavServer) -> None:
    """With all rights there is nothing to say, and nothing has been written."""
    assert dav.probe(webdav.settings()) == []
    assert everything(webdav.folder) == []


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/moved", ConfigError, "leads elsewhere"), ("/page", OutsideError, "sign-in page"),
        ("/full", OutsideError, "no room left"), ("/locked", OutsideError, "locked it"),
        ("/forbidden", PhotoError, "no right"), ("/plain", ConfigError, "switched on"),
        ("/photos/gone", OutsideError, "no such folder"),
    ],
)  # fmt: skip
def test_every_refusal_has_its_words(
    webdav: WebdavServer, path: str, kind: type[CatchlightError], words: str
) -> None:
    """What the server answers is told to whoever can change it, and nothing is taken for an empty place."""
    place = dav.open_place(webdav.settings(path), "webdav")
    with pytest.raises(kind, match=words):
        place.put("a.jpg", b"new")
    if path != "/plain":
        with pytest.raises(kind, match=words):
            place.look("a.jpg")
    assert dav.probe(webdav.settings(path))


@pytest.mark.parametrize(("path", "status"), [("/busy", "503"), ("/broken", "500")])
def test_a_server_that_is_unwell_is_asked_again_but_not_for_ever(
    webdav: WebdavServer, path: str, status: str
) -> None:
    """A few tries, then it is told; the next run goes on."""
    with pytest.raises(OutsideError, match=status):
        dav.open_place(webdav.settings(path), "webdav").look("a.jpg")
    assert 1 < len(webdav.asked()) < 10


def test_who_is_not_let_in_is_told(webdav: WebdavServer) -> None:
    """A wrong password, an open file, a missing one: the setting is named, and no password is shown."""
    secret = webdav.place / "password"
    secret.write_text("wrong", "utf-8")
    place = dav.open_place(webdav.settings(), "webdav")
    for ask in (place.look, place.remove, lambda target: place.put(target, b"new")):
        with pytest.raises(ConfigError, match="username, password_file") as caught:
            ask("a.jpg")
        assert "wrong" not in str(caught.value)
    assert "username, password_file" in dav.probe(webdav.settings())[0]
    assert "password_file" in dav.probe(webdav.settings(password_file=None))[0]
    secret.chmod(0o644)
    assert "chmod 600" in dav.probe(webdav.settings())[0]
    assert PASSWORD not in repr(webdav.settings())


def test_a_foreign_certificate_is_refused(webdav: WebdavServer) -> None:
    """Without the company's own authority nothing is sent; the password least of all."""
    with pytest.raises(OutsideError, match="CERTIFICATE_VERIFY_FAILED"):
        dav.open_place(webdav.settings(ca_file=None), "webdav").look("a.jpg")
    assert webdav.asked() == []


def test_a_picture_that_is_too_large_for_the_server_is_one_refused_picture(
    tmp_path: Path, webdav: WebdavServer
) -> None:
    """413 names the setting that IT can change; the old one stays."""
    del webdav
    with webdav_server(tmp_path / "small", most="1m") as server:
        place = dav.open_place(server.settings(), "webdav")
        place.put("96/a.jpg", b"old")
        with pytest.raises(PhotoError, match="client_max_body_size"):
            place.put("96/a.jpg", bytes(3 << 20))
        assert place.look("96/a.jpg") == b"old"
        assert everything(server.folder) == ["96", "96/a.jpg"]


def test_missing_rights_are_found_before_anything_is_sent(tmp_path: Path, webdav: WebdavServer) -> None:
    """A server that takes files but neither moves nor deletes them is told by the probe."""
    del webdav
    with webdav_server(tmp_path / "less", methods="dav_methods PUT;") as server:
        wrong = dav.probe(server.settings())
        assert ["delete" in wrong[0], "move" in wrong[1]] == [True, True]
        with pytest.raises(ConfigError, match="dav_methods"):
            dav.open_place(server.settings(), "webdav").put("a.jpg", b"new")


def test_killed_in_the_middle_of_a_file_leaves_no_half_picture(webdav: WebdavServer) -> None:
    """The server dies while a file is on its way: under its name is the old one; after the start it goes on."""
    place = dav.open_place(webdav.settings(), "webdav")
    place.put("96/a.jpg", b"old")
    growing = webdav.place / "srv" / ".body"
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(place.put, "96/a.jpg", os.urandom(19 << 20))
        _wait(lambda: any(path.is_file() and path.stat().st_size > 1 << 18 for path in growing.rglob("*")))
        webdav.kill()
        error = writing.exception()
    assert isinstance(error, OutsideError)
    assert (webdav.folder / "96/a.jpg").read_bytes() == b"old"
    webdav.start()
    place.tidy("96/a.jpg")
    assert place.look("96/a.jpg") == b"old"
    place.put("96/a.jpg", b"new")
    assert place.look("96/a.jpg") == b"new"
    assert everything(webdav.folder) == ["96", "96/a.jpg"]


def _wait(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk of its own can only be mounted by root")
def test_a_full_disk_keeps_the_old_file(tmp_path: Path, webdav: WebdavServer) -> None:
    """No room: the old picture stays whole, and space freed is enough to go on."""
    del webdav
    small = f'mount -t tmpfs -o size=1m small {tmp_path}/full/srv && mkdir {tmp_path}/full/srv/photos && exec "$0" "$@"'
    with webdav_server(tmp_path / "full", limits=["unshare", "-m", "sh", "-c", small]) as server:
        place = dav.open_place(server.settings(), "webdav")
        place.put("96/a.jpg", bytes(600_000))
        with pytest.raises(OutsideError):
            place.put("96/a.jpg", bytes(600_001))
        assert place.look("96/a.jpg") == bytes(600_000)
        place.remove("96/a.jpg")
        place.put("96/a.jpg", bytes(600_001))
        assert place.look("96/a.jpg") == bytes(600_001)


def test_a_company_is_published_and_rolled_back(tmp_path: Path, webdav: WebdavServer) -> None:
    """Plan, apply, a second time nothing, somebody's own picture stays theirs, and the way back."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}))
    (webdav.folder / "96").mkdir()
    (webdav.folder / "96" / "c.jpg").write_bytes(b"before")
    desk = open_desk(company.home, dav.open_place(webdav.settings(), "webdav:intranet"))
    for expected in ({"sent": 6, "listed": 1}, {"unchanged": 6}):
        plan = draw(desk, "r1", SIZES)
        publishing.check(desk, plan)
        assert codes(publishing.apply(desk, plan) + published_list.update(desk, "r1")) == expected
    assert find_drift(desk) == []
    (webdav.folder / "96" / "a.jpg").write_bytes(b"theirs")
    assert codes(rollback(desk, "r1"))["conflict"] == 1
    left = [name for name in everything(webdav.folder) if name.endswith("jpg")]
    assert left == ["96/a.jpg", "96/c.jpg"]
    assert (webdav.folder / "96" / "c.jpg").read_bytes() == b"before"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://intranet.example.com/photos/", True), ("http://127.0.0.1:8080/photos", True),
        ("http://intranet.example.com/photos", False), ("https://anna:secret@intranet.example.com", False),
        ("https://intranet.example.com/?a=b", False), ("ftp://intranet.example.com", False),
    ],
)  # fmt: skip
def test_faces_and_passwords_travel_encrypted_only(url: str, safe: bool) -> None:
    """An address in the clear, with a password in it, or of another kind, is refused before anything is tried."""
    try:
        assert Settings(url=url).url == url.rstrip("/")
    except ValidationError:
        assert not safe
    else:
        assert safe
